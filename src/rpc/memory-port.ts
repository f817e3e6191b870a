import { inbox } from './inbox.ts'
import type { Port } from './port.ts'

/** Two ends in one process. Messages are copied as JSON and arrive later, as over any other port. */
export function memoryPortPair(): [Port, Port] {
  const left = inbox()
  const right = inbox()
  const end = (own: typeof left, other: typeof left): Port => ({
    post(message) {
      if (own.closed) return
      const text = JSON.stringify(message)
      queueMicrotask(() => other.deliver(JSON.parse(text)))
    },
    onMessage: own.onMessage,
    onClose: own.onClose,
    close() {
      queueMicrotask(() => {
        own.close()
        other.close()
      })
    },
  })
  return [end(left, right), end(right, left)]
}
