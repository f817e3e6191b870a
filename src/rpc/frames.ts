import type { AppErrorValue } from '../../contract/errors.ts'

/**
 * What crosses a port. `id` names a call (made by the client, unique for ever: a change sent again keeps it) or a
 * subscription (unique per port). `n` numbers what a stream sends: a snapshot and the events after it count on by one.
 */
export type ClientFrame =
  | { type: 'call'; id: string; feature: string; name: string; input: unknown }
  | { type: 'cancel'; id: string }
  | { type: 'open'; id: string; feature: string; name: string; input: unknown }
  | { type: 'close'; id: string }
  /** Everything up to number `n` has arrived: the credit of the stream. */
  | { type: 'ack'; id: string; n: number }
  /** Something was missed: a new snapshot, please. */
  | { type: 'again'; id: string }

export type ServerFrame =
  | { type: 'value'; id: string; value: unknown }
  | { type: 'error'; id: string; error: AppErrorValue }
  | { type: 'snapshot'; id: string; n: number; state: unknown }
  | { type: 'event'; id: string; n: number; event: unknown }
  | { type: 'end'; id: string; error: AppErrorValue }

/** The largest frame in either direction, in characters of JSON: a list of 30,000 uploads fits. */
export const maxFrame = 32 * 1024 * 1024

const isTable = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** The frame's id where it has one, so that even a broken frame can be answered. */
export function idOf(message: unknown): string | undefined {
  const id = isTable(message) ? message['id'] : undefined
  return typeof id === 'string' && id.length > 0 && id.length <= 128 ? id : undefined
}

/** Reads what a client sent; undefined where it is no frame. */
export function clientFrame(message: unknown): ClientFrame | undefined {
  const id = idOf(message)
  if (!isTable(message) || id === undefined) return undefined
  const { type, feature, name, input, n } = message
  if (type === 'cancel' || type === 'close' || type === 'again') return { type, id }
  if (type === 'ack') return typeof n === 'number' ? { type, id, n } : undefined
  if (type !== 'call' && type !== 'open') return undefined
  if (typeof feature !== 'string' || typeof name !== 'string') return undefined
  return { type, id, feature, name, input }
}

/** About as many characters as the value's JSON has, without making it; counting stops beyond `limit`. */
export function frameSize(value: unknown, limit: number): number {
  let size = 0
  const stack: unknown[] = [value]
  while (stack.length > 0 && size <= limit) {
    const next = stack.pop()
    if (typeof next === 'string') size += next.length + 2
    else if (Array.isArray(next)) {
      size += next.length + 2
      for (const item of next) stack.push(item)
    } else if (isTable(next)) {
      size += 2
      for (const key in next) {
        size += key.length + 4
        stack.push(next[key])
      }
    } else size += 6
  }
  return size
}
