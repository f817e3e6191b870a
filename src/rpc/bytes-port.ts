import type { Port } from './port.ts'

/** How a stream of bytes is over. `unknown`: there is none for what was shown (a ticket that was used or never was). */
export type BytesEnd = 'ended' | 'unknown' | 'failed'

/** The code with which a WebSocket, or what stands for one, is closed. */
export const closeCodes = { ended: 1000, unknown: 4404, failed: 1011 } as const satisfies Record<BytesEnd, number>

export interface BytesListener {
  /** Once: the other side takes bytes from now on. */
  opened?(): void
  /** What came, never empty; it counts as unread until it is told of by `consumed`. */
  data(bytes: Uint8Array<ArrayBuffer>): void
  /** What had to wait has left. */
  drained?(): void
  /** Once, and not after an own `end` or `close`. `gone`: the way itself broke. */
  ended(how: BytesEnd | 'gone'): void
}

/** One side of a stream of bytes in both directions. */
export interface BytesPort {
  /** Takes bytes from now on. */
  accept(): void
  /** `false`: some of it waits, and `drained` will tell. What waits is copied: the caller may use its memory again. */
  send(bytes: Uint8Array): boolean
  /** So many bytes of what came are done with. */
  consumed(bytes: number): void
  /** Ends the stream once everything that was sent has left. */
  end(how: BytesEnd): void
  /** Ends it now. */
  close(): void
  /** Bytes that were sent and wait. */
  readonly waiting: number
}

/** Bytes that may be under way unread, in each direction. */
export const bytesWindow = 1024 * 1024
const pieceBytes = 64 * 1024

type Frame = { data: Uint8Array<ArrayBuffer> } | { credit: number } | { end: BytesEnd }

/**
 * Bytes over a MessagePort, which has no back-pressure of its own: each side gives credit for what it can take, the first
 * of `window` bytes when it accepts, then for what it has done with; nobody sends more than that. The port has to carry
 * structured clones, for bytes travel as they are. They are never transferred: Electron's ports lose what is.
 *
 * Frames: `{data: Uint8Array}`, `{credit: bytes}`, `{end: how}`. Whoever is told of the end closes the port.
 */
export function bytesOverPort(port: Port, listener: BytesListener, window = bytesWindow): BytesPort {
  const queue: Uint8Array[] = []
  let waiting = 0
  /** What the other side still takes, and what we still do. */
  let allowed = 0
  let granted = 0
  /** Done with, and not yet given back as credit. */
  let done = 0
  let accepted = false
  let opened = false
  let ending: BytesEnd | undefined
  let over = false

  const post = (frame: Frame): void => port.post(frame)

  function finish(how: BytesEnd | 'gone'): void {
    if (over) return
    over = true
    forget()
    port.close()
    if (ending === undefined) listener.ended(how)
  }
  function fault(): void {
    post({ end: 'failed' })
    finish('failed')
  }
  function forget(): void {
    queue.length = 0
    waiting = 0
  }
  /** Ends from this side; the other one closes the port when it hears of it. */
  function leave(how: BytesEnd): void {
    over = true
    forget()
    post({ end: how })
  }

  /** Sends what the credit allows of `bytes`, and gives the rest. */
  function pass(bytes: Uint8Array): Uint8Array {
    let rest = bytes
    while (allowed > 0 && rest.length > 0) {
      const piece = rest.subarray(0, Math.min(allowed, pieceBytes))
      allowed -= piece.length
      rest = rest.subarray(piece.length)
      post({ data: alone(piece) })
    }
    return rest
  }
  function flush(): void {
    for (let first = queue[0]; first !== undefined && allowed > 0; first = queue[0]) {
      const rest = pass(first)
      waiting -= first.length - rest.length
      if (rest.length > 0) queue[0] = rest
      else queue.shift()
    }
  }

  function receive(message: unknown): void {
    if (over) return
    const frame = frameOf(message)
    if (frame === undefined) return fault()
    if ('end' in frame) return finish(frame.end)
    if ('data' in frame) {
      granted -= frame.data.length
      // More than was asked for: that side keeps to no rules.
      if (granted < 0) return fault()
      if (ending === undefined) listener.data(frame.data)
      return
    }
    allowed += frame.credit
    if (allowed > window) return fault()
    if (!opened) {
      opened = true
      listener.opened?.()
    }
    const before = waiting
    flush()
    if (waiting > 0 || over) return
    if (ending !== undefined) leave(ending)
    else if (before > 0) listener.drained?.()
  }
  // What came already is told of later, not from within this call; its end before the port's.
  queueMicrotask(() => {
    port.onMessage(receive)
    port.onClose(() => finish('gone'))
  })

  return {
    get waiting() {
      return waiting
    },
    accept() {
      if (accepted || over) return
      accepted = true
      granted = window
      post({ credit: window })
    },
    send(bytes) {
      if (over || ending !== undefined) return true
      const rest = waiting > 0 ? bytes : pass(bytes)
      if (rest.length === 0) return waiting === 0
      queue.push(new Uint8Array(rest))
      waiting += rest.length
      return false
    },
    consumed(bytes) {
      done += bytes
      // In halves: neither a frame of credit for each of data, nor a sender that waits for the last byte.
      if (over || done < window / 2) return
      granted += done
      post({ credit: done })
      done = 0
    },
    end(how) {
      if (over || ending !== undefined) return
      ending = how
      if (waiting === 0) leave(how)
    },
    close() {
      if (!over) leave('ended')
    },
  }
}

/** Clones of a view carry the whole memory behind it: a view of a part is copied first. */
function alone(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer && bytes.length === bytes.buffer.byteLength
    ? (bytes as Uint8Array<ArrayBuffer>)
    : new Uint8Array(bytes)
}

/** A frame as it came, or undefined for anything else. */
function frameOf(message: unknown): Frame | undefined {
  if (typeof message !== 'object' || message === null) return undefined
  if ('data' in message) {
    const { data } = message
    return data instanceof Uint8Array && data.buffer instanceof ArrayBuffer && data.length > 0
      ? { data: data as Uint8Array<ArrayBuffer> }
      : undefined
  }
  if ('credit' in message) {
    const { credit } = message
    return typeof credit === 'number' && Number.isSafeInteger(credit) && credit > 0 ? { credit } : undefined
  }
  if ('end' in message) {
    const { end } = message
    return end === 'ended' || end === 'unknown' || end === 'failed' ? { end } : undefined
  }
  return undefined
}
