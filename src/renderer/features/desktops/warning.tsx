import { ActionIcon, Button } from '@mantine/core'
import { X } from 'lucide-react'
import { useState } from 'react'
import type { Desktop } from '../../../../contract/desktops.ts'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useFormat } from '../../ui/format.ts'
import { useMessages } from '../../ui/text.ts'
import { useNow } from '../../ui/use-now.ts'
import type { DesktopActions } from './actions.tsx'
import { desktopsMessages } from './messages.ts'
import { idleEndSeconds, nearSeconds, timeLeft } from './model.ts'
import { sessionMessages } from './session-messages.ts'

/** Over the screen, where whoever works in it looks: that it ends soon, with the button that helps. */
export function Warning({ desktop, actions }: { desktop: Desktop; actions: DesktopActions }) {
  const say = useMessages(sessionMessages)
  const sayAll = useMessages(desktopsMessages)
  const format = useFormat()
  const now = useNow(true)
  // Of that limit alone: a new one is worth a new warning.
  const [dismissed, setDismissed] = useState<number>()
  const { name, timeMinutes } = desktop
  const left = timeLeft(desktop, now)?.seconds ?? Infinity
  const idle = idleEndSeconds(desktop, now) ?? Infinity
  const time = (seconds: number) => format.duration(seconds > 120 ? Math.ceil(seconds / 60) * 60 : seconds)
  if (idle <= nearSeconds && idle < left)
    return <ErrorNote tone="wait" title={say('idle.soon', { name, time: time(idle) })} />
  if (left > nearSeconds || left === 0 || dismissed === timeMinutes) return null
  return (
    <ErrorNote tone="wait" title={say('limit.soon', { name, time: time(left) })}>
      <Button variant="default" size="compact-sm" onClick={() => actions.ask(desktop, 'extend')}>
        {sayAll('extend')}
      </Button>
      <ActionIcon
        size={24}
        aria-label={say('dismiss')}
        title={say('dismiss')}
        onClick={() => setDismissed(timeMinutes)}
      >
        <X size={14} aria-hidden />
      </ActionIcon>
    </ErrorNote>
  )
}
