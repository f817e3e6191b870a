import type { Readable, Writable } from 'node:stream'

/**
 * One message between agent and helper: two lengths of 32 bits (big-endian), a header of JSON, raw bytes.
 * Neither side believes the other: what is longer than this, or no JSON object, ends the connection.
 */
export interface Frame {
  header: Record<string, unknown>
  payload: Buffer
}

const LENGTHS = 8
export const MAX_HEADER = 256 * 2 ** 10
export const MAX_PAYLOAD = 4 * 2 ** 20
const none = Buffer.alloc(0)

/** The other side does not speak as agreed. */
export class BadFrame extends Error {}

/** The first bytes of a frame: all but its payload. Throws BadFrame for what the other side would refuse. */
export function encodeHead(header: object, payloadLength: number): Buffer {
  const text = Buffer.from(JSON.stringify(header))
  if (text.length > MAX_HEADER || payloadLength > MAX_PAYLOAD) throw new BadFrame('a frame is too long')
  const head = Buffer.allocUnsafe(LENGTHS + text.length)
  head.writeUInt32BE(text.length, 0)
  head.writeUInt32BE(payloadLength, 4)
  text.copy(head, LENGTHS)
  return head
}

/**
 * Writes one frame in one go, without copying its pieces, which must stay as they are until this resolves: when the system
 * has taken all of it, or the stream was destroyed. Throws BadFrame.
 */
export async function writeFrame(stream: Writable, header: object, pieces: readonly Buffer[] = []): Promise<void> {
  const head = encodeHead(
    header,
    pieces.reduce((sum, piece) => sum + piece.length, 0),
  )
  const all = [head, ...pieces]
  // Each frame on its way is a listener; how many there may be is not the stream's to say.
  stream.setMaxListeners(0)
  await new Promise<void>((resolve) => {
    const settle = () => {
      stream.off('close', settle)
      resolve()
    }
    stream.once('close', settle)
    stream.cork()
    for (const [index, piece] of all.entries()) stream.write(piece, index === all.length - 1 ? settle : undefined)
    stream.uncork()
    if (stream.destroyed) settle()
  })
}

function parseHeader(text: Buffer): Record<string, unknown> {
  let header: unknown
  try {
    header = JSON.parse(text.toString('utf8'))
  } catch {
    throw new BadFrame('a header is no JSON')
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw new BadFrame('a header is no object')
  return header as Record<string, unknown>
}

/** Bytes as they come, cut into pieces of the lengths that are asked for; never holds more than one piece. */
class Reader {
  readonly #source: AsyncIterator<Buffer>
  #rest: Buffer = none

  constructor(source: AsyncIterator<Buffer>) {
    this.#source = source
  }

  /** Exactly `length` bytes; undefined where the stream ends before the first of them. Throws BadFrame where it ends later. */
  async take(length: number): Promise<Buffer | undefined> {
    if (length <= this.#rest.length) return this.#cut(length)
    const piece = Buffer.allocUnsafe(length)
    let filled = 0
    while (filled < length) {
      if (this.#rest.length === 0) {
        const more = await this.#source.next()
        if (more.done === true) {
          if (filled === 0) return undefined
          throw new BadFrame('the stream ended inside a frame')
        }
        this.#rest = more.value
      }
      filled += this.#cut(length - filled).copy(piece, filled)
    }
    return piece
  }

  #cut(length: number): Buffer {
    const piece = this.#rest.subarray(0, length)
    this.#rest = this.#rest.subarray(length)
    return piece
  }
}

/** The frames of a stream, read as they are consumed. Throws BadFrame, after which nothing of the stream can be believed. */
export async function* readFrames(stream: Readable): AsyncGenerator<Frame, void> {
  const reader = new Reader((stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]())
  for (;;) {
    const lengths = await reader.take(LENGTHS)
    if (lengths === undefined) return
    const headerLength = lengths.readUInt32BE(0)
    const payloadLength = lengths.readUInt32BE(4)
    if (headerLength > MAX_HEADER || payloadLength > MAX_PAYLOAD) throw new BadFrame('a frame is too long')
    const header = await reader.take(headerLength)
    const payload = payloadLength === 0 ? none : await reader.take(payloadLength)
    if (header === undefined || payload === undefined) throw new BadFrame('the stream ended inside a frame')
    yield { header: parseHeader(header), payload }
  }
}
