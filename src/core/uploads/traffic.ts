import type { Traffic } from '../../../contract/uploads.ts'
import type { StreamSink } from '../../rpc/types.ts'
import type { Meter } from './meter.ts'

const TELL_MS = 1_000

/** The way to one site, as far as it can be watched. */
interface Way {
  readonly meter: Meter
  readonly connections: number
}

/**
 * Tells how a way is used: the last minutes, then the seconds since the last telling. Silent while nothing of what was told
 * would look different. Returns what ends it.
 */
export function followTraffic(
  way: Way,
  limit: () => number,
  { snapshot, event }: Pick<StreamSink<Traffic, Traffic>, 'snapshot' | 'event'>,
): () => void {
  const { meter } = way
  const look = (samples: number[]): Traffic => ({ samples, connections: way.connections, limit: limit() })
  const moves = (): boolean => meter.samples().some((bytes) => bytes > 0)
  let told = look(meter.samples())
  let upTo = meter.second
  let moving = moves()
  snapshot(told)
  const timer = setInterval(() => {
    const now = meter.second
    const next = look(meter.samples(now - upTo))
    const changed = next.connections !== told.connections || next.limit !== told.limit
    // Once more when the last of it has left the picture.
    const moved = moving
    moving = moves()
    if (!changed && !moving && !moved) return
    told = next
    upTo = now
    event(next)
  }, TELL_MS)
  return () => clearInterval(timer)
}
