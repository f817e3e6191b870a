import { constants, deflateSync, inflateSync } from 'node:zlib'

/** The pseudo-encoding that says a client knows the extended clipboard. */
export const EXTENDED_CLIPBOARD = 0xc0a1e5ce | 0

const TEXT = 1
const CAPS = 1 << 24
const REQUEST = 1 << 25
const PEEK = 1 << 26
const NOTIFY = 1 << 27
const PROVIDE = 1 << 28

/** Both sides of the clipboard (rfbproto, "Extended Clipboard Pseudo-Encoding"), text only. */
export interface Clipboard {
  /** Tells the server that there is a new text here. */
  offer(text: string): void
  /** A ServerCutText as it came: the length, negative for the extended form, and as many bytes. */
  take(length: number, data: Buffer): void
  /** What the server's clipboard held, oldest first. */
  readonly received: readonly string[]
}

/** The text of a PROVIDE, as UTF-8 between its length and a NUL. */
function unpack(data: Buffer): string {
  // The server ends its stream nowhere.
  const plain = inflateSync(data, { finishFlush: constants.Z_SYNC_FLUSH })
  return plain.toString('utf8', 4, 4 + plain.readUInt32BE()).replace(/\0$/, '')
}

export function createClipboard(send: (message: Buffer) => void): Clipboard {
  const received: string[] = []
  let extended = false
  let own = ''

  function cutText(length: number, data: Buffer): void {
    const head = Buffer.alloc(8)
    head.writeUInt8(6)
    head.writeInt32BE(length, 4)
    send(Buffer.concat([head, data]))
  }
  function act(flags: number, more = Buffer.alloc(0)): void {
    const head = Buffer.alloc(4)
    head.writeUInt32BE(flags >>> 0)
    const data = Buffer.concat([head, more])
    cutText(-data.length, data)
  }
  function provide(): void {
    const text = Buffer.from(`${own}\0`)
    const size = Buffer.alloc(4)
    size.writeUInt32BE(text.length)
    act(PROVIDE | TEXT, deflateSync(Buffer.concat([size, text])))
  }
  return {
    received,
    offer(text) {
      own = text
      if (extended) act(NOTIFY | TEXT)
      else cutText(text.length, Buffer.from(text, 'latin1'))
    },
    take(length, data) {
      if (length >= 0) {
        received.push(data.toString('latin1'))
        return
      }
      const flags = data.readUInt32BE()
      if ((flags & CAPS) !== 0) {
        extended = true
        const largest = Buffer.alloc(4)
        largest.writeUInt32BE(20 * 1024 * 1024)
        act(CAPS | REQUEST | PEEK | NOTIFY | PROVIDE | TEXT, largest)
      } else if ((flags & NOTIFY) !== 0 && (flags & TEXT) !== 0) act(REQUEST | TEXT)
      else if ((flags & REQUEST) !== 0) provide()
      else if ((flags & PROVIDE) !== 0 && (flags & TEXT) !== 0) received.push(unpack(data.subarray(4)))
    },
  }
}
