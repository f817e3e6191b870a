import { Button, Checkbox } from '@mantine/core'
import { useState } from 'react'
import type { Desktop } from '../../../../contract/desktops.ts'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { useFormat } from '../../ui/format.ts'
import { useMessages } from '../../ui/text.ts'
import { desktopsMessages } from './messages.ts'
import { endsAt } from './model.ts'
import { desktopsStore } from './store.ts'
import styles from './dialogs.module.css'

/** Asks, by its name, before a desktop is ended. `onEnded`: the site has taken it. */
export function EndDialog(props: { site: string; desktop: Desktop; onEnded?: () => void; onClose: () => void }) {
  const { site, desktop, onEnded, onClose } = props
  const { name } = desktop
  const say = useMessages(desktopsMessages)
  const stop = desktopsStore.use((state) => state.stop)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<AppErrorValue>()
  const end = async () => {
    setBusy(true)
    setError(undefined)
    try {
      await stop(site, desktop.id)
      onClose()
      onEnded?.()
    } catch (failure) {
      setError(errorValue(failure))
      setBusy(false)
    }
  }
  return (
    <Dialog title={say('ending.title', { name })} onClose={onClose}>
      <div className={styles.form}>
        <p>{say(desktop.state === 'queued' ? 'ending.textQueued' : 'ending.text')}</p>
        {error === undefined ? null : <AppError error={error} site={site} />}
        <div className={styles.actions}>
          <Button variant="default" data-autofocus onClick={onClose}>
            {say('ending.keep')}
          </Button>
          <Button color="red" loading={busy} onClick={() => void end()} classNames={{ label: styles.cut ?? '' }}>
            {say('ending.action', { name })}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}

/** Asks what becomes of a desktop whose tab is closed: it goes on, or is ended (which is asked about once more). */
export function CloseDialog(props: {
  desktop: Desktop
  /** Whether the answer can be remembered. */
  remembers: boolean
  onLeave: (remember: boolean) => void
  onEnd: () => void
  onClose: () => void
}) {
  const { desktop, remembers, onLeave, onEnd, onClose } = props
  const say = useMessages(desktopsMessages)
  const format = useFormat()
  const [remember, setRemember] = useState(false)
  const ends = endsAt(desktop)
  return (
    <Dialog title={say('closing.title', { name: desktop.name })} onClose={onClose}>
      <div className={styles.form}>
        <p>
          {say('closing.text')}{' '}
          {ends === undefined ? '' : say('closing.until', { time: format.time(new Date(ends).toISOString()) })}
        </p>
        {remembers ? (
          <Checkbox
            size="xs"
            label={say('closing.remember')}
            checked={remember}
            onChange={(event) => setRemember(event.currentTarget.checked)}
          />
        ) : null}
        <div className={styles.actions}>
          <Button variant="subtle" color="red" onClick={onEnd}>
            {say('closing.end')}
          </Button>
          <Button data-autofocus onClick={() => onLeave(remember)}>
            {say('closing.leave')}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
