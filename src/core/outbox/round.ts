import type { OutboxStatus } from '../../../contract/outbox.ts'
import { createEmitter } from '../kit/emitter.ts'
import type { Dispatch } from './dispatch.ts'
import type { Entries } from './entries.ts'
import type { OutboxRecord } from './record.ts'

type Sent = NonNullable<OutboxStatus['sent']>

/** Waits that a user does not sit through. */
const longWaits: ReadonlySet<string> = new Set(['network', 'sign-in', 'dependency', 'time', 'place', 'estimate'])
const hadWaited = ({ story }: OutboxRecord): boolean =>
  story.some(({ wait }) => wait !== undefined && longWaits.has(wait))

/** Sums up what became of entries that had to wait long, once nothing more goes by itself. */
export function createRound(
  entries: Entries,
  dispatch: Pick<Dispatch, 'onQuiet'>,
  now: () => number,
): { last(): Sent | undefined; onChange(listener: () => void): () => void; close(): void } {
  const changes = createEmitter<[]>()
  const counted = new Map<string, 'done' | 'needsYou' | 'failed'>()
  let last: Sent | undefined
  const ends = [
    entries.onChange((ids) => {
      for (const id of ids) {
        const record = entries.get(id)
        if (record === undefined || record.phase === 'held' || !hadWaited(record)) continue
        if (record.phase === 'queued') counted.delete(id)
        else counted.set(id, record.phase === 'asking' ? 'needsYou' : record.phase)
      }
    }),
    dispatch.onQuiet(() => {
      if (counted.size === 0) return
      const count = (what: string): number => [...counted.values()].filter((one) => one === what).length
      last = {
        at: new Date(now()).toISOString(),
        done: count('done'),
        needsYou: count('needsYou'),
        failed: count('failed'),
      }
      counted.clear()
      changes.emit()
    }),
  ]
  return {
    last: () => last,
    onChange: (listener) => changes.on(listener),
    close: () => ends.forEach((end) => end()),
  }
}
