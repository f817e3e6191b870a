import { Button } from '@mantine/core'
import type { LogEncoding } from '../../../../contract/logs.ts'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useMessages } from '../../ui/text.ts'
import { logsMessages } from './messages.ts'
import type { Viewer, ViewerState } from './viewer.ts'

export const encodings: readonly LogEncoding[] = ['utf-8', 'euc-kr', 'latin1']

/** Offers the other encodings where the text does not fit the one it is read in. */
export function Garbled({ viewer, state }: { viewer: Viewer; state: ViewerState }) {
  const say = useMessages(logsMessages)
  const { encoding, window: part } = state
  if (!part.garbled) return null
  const others = encodings.filter((other) => other !== encoding)
  return (
    <ErrorNote tone="wait" title={say('garbled', { encoding: say(`encoding.${encoding}`) })}>
      {others.map((other) => (
        <Button key={other} variant="subtle" onClick={() => viewer.setEncoding(other)}>
          {say('garbled.read', { encoding: say(`encoding.${other}`) })}
        </Button>
      ))}
    </ErrorNote>
  )
}
