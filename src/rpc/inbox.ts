/** The receiving half of a port: keeps what comes before there is a listener, and tells once that it closed. */
export interface Inbox {
  readonly closed: boolean
  deliver: (message: unknown) => void
  close: () => void
  onMessage: (listener: (message: unknown) => void) => void
  onClose: (listener: () => void) => void
}

export function inbox(): Inbox {
  const waiting: unknown[] = []
  const closers: (() => void)[] = []
  let listener: ((message: unknown) => void) | undefined
  let closed = false
  return {
    get closed() {
      return closed
    },
    deliver(message) {
      if (closed) return
      if (listener === undefined) waiting.push(message)
      else listener(message)
    },
    close() {
      if (closed) return
      closed = true
      for (const closer of closers) closer()
    },
    onMessage(next) {
      listener = next
      for (const message of waiting.splice(0)) next(message)
    },
    onClose(next) {
      if (closed) next()
      else closers.push(next)
    },
  }
}
