import type { OutboxEntry } from '../../../contract/outbox.ts'
import type { Site } from '../../../contract/sites.ts'
import type { Upload } from '../../../contract/uploads.ts'
import { RpcError, type RpcClient } from '../../rpc/types.ts'
import { contents } from './contents.ts'
import { batchMotion, motionOf, type Around, type Motion } from './motion.ts'

/** The outbox as it is at a moment. */
export interface Moment extends Around {
  entries: ReadonlyMap<string, OutboxEntry>
  uploads: ReadonlyMap<string, Upload>
  sites: ReadonlyMap<string, Site>
}

/** How each thing in the outbox goes on, by its site. */
export function motions(now: Moment): { site: string; motion: Motion }[] {
  const { entries, batches } = contents([...now.entries.values()], [...now.uploads.values()])
  return [
    ...entries.map((entry) => ({ site: entry.site, motion: motionOf(entry, now) })),
    ...batches.map((batch) => ({ site: batch.site, motion: batchMotion(batch, now) })),
  ]
}

/** It has to rest for so long: what one thing waits for may have come a moment ago, and a lost network may be back at once. */
const restMs = { usual: 500, cut: 5000 }

/**
 * Follows the outbox until nothing goes by itself any more; with `toTheEnd` until all that was not sent has ended. `look` is
 * told of every change.
 */
export function followOutbox(
  rpc: RpcClient,
  { toTheEnd, signal, look }: { toTheEnd: boolean; signal: AbortSignal; look: (now: Moment) => void },
): Promise<Moment> {
  const { promise, resolve, reject } = Promise.withResolvers<Moment>()
  const now = {
    entries: new Map<string, OutboxEntry>(),
    uploads: new Map<string, Upload>(),
    sites: new Map<string, Site>(),
  }
  const unheard = new Set(Object.keys(now))
  let restsSince: number | undefined
  let timer: NodeJS.Timeout | undefined

  function consider(): void {
    if (unheard.size > 0) return
    look(now)
    const all = motions(now).map(({ motion }) => motion)
    const goesOn = toTheEnd ? all.some((motion) => motion !== 'over') : all.includes('going')
    clearTimeout(timer)
    restsSince = goesOn ? undefined : (restsSince ?? performance.now())
    if (restsSince === undefined) return
    const rest = all.includes('cut') ? restMs.cut : restMs.usual
    timer = setTimeout(() => resolve(now), restsSince + rest - performance.now())
  }
  function collect<V extends { id: string }>(name: keyof typeof now, into: Map<string, V>) {
    return {
      snapshot({ items }: { items: V[] }) {
        unheard.delete(name)
        into.clear()
        for (const item of items) into.set(item.id, item)
        consider()
      },
      event({ put, gone }: { put: V[]; gone: string[] }) {
        for (const item of put) into.set(item.id, item)
        for (const id of gone) into.delete(id)
        consider()
      },
      error: (error: RpcError['value']) => reject(new RpcError(error)),
    }
  }
  const ends = [
    rpc.subscribe('sites', 'all', {}, collect('sites', now.sites)),
    rpc.subscribe('uploads', 'all', {}, collect('uploads', now.uploads)),
    rpc.subscribe('outbox', 'all', {}, collect('entries', now.entries)),
  ]
  const interrupted = (): void =>
    reject(
      new RpcError({ code: 'CANCELLED', data: {}, message: 'Interrupted. What was not sent stays in the outbox.' }),
    )
  if (signal.aborted) interrupted()
  signal.addEventListener('abort', interrupted, { once: true })
  return promise.finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', interrupted)
    for (const end of ends) end()
  })
}
