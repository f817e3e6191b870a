import { mostChunk } from '../../../../contract/agent/content-chunks.ts'
import type { Range } from './coverage.ts'
import type { Cut, Piece } from './cut.ts'
import { Signature } from './signature.ts'

/** Bytes that are read at once. */
const PIECE = 4 * 2 ** 20
/** Cutting begins so far before what is wanted: by then it has fallen in with the cuts of the whole file. */
const LEAD = 2 * mostChunk

/** Reads a range of the file, in `into()` where it needs a place. */
type ReadRange = (range: Range, into: () => Buffer) => Promise<Uint8Array>

/** The parts of a file that hold `wanted` (ascending), with what is needed before them, joined where they meet. */
export function spansOf(wanted: readonly Range[]): Range[] {
  const spans: Range[] = []
  for (const { offset, length } of wanted) {
    const last = spans.at(-1)
    const start = Math.max(0, offset - LEAD)
    if (last !== undefined && start <= last.offset + last.length) last.length = offset + length - last.offset
    else spans.push({ offset: start, length: offset + length - start })
  }
  return spans
}

/**
 * The content-defined chunks of parts of a file. The next piece is read while `cut` works on the one before. Rejects as
 * `read` and `cut` do.
 */
export async function localSignature(
  spans: readonly Range[],
  read: ReadRange,
  cut: (piece: Piece) => Promise<Cut>,
): Promise<Signature> {
  const entries: Uint8Array[] = []
  const free = [0, 1].map(() => new ArrayBuffer(mostChunk + PIECE))
  const readPiece = async (at: number, end: number): Promise<{ memory: ArrayBuffer; length: number }> => {
    const memory = free.pop() ?? new ArrayBuffer(mostChunk + PIECE)
    // What the piece before leaves over finds its place in front.
    const room = Buffer.from(memory, mostChunk, Math.min(PIECE, end - at))
    const bytes = await read({ offset: at, length: room.length }, () => room)
    if (bytes.buffer !== memory) room.set(bytes)
    return { memory, length: room.length }
  }
  for (const { offset, length } of spans) {
    const end = offset + length
    let before: { memory: ArrayBuffer; rest: Uint8Array } | undefined
    let reading = readPiece(offset, end)
    for (let at = offset; at < end;) {
      const { memory, length } = await reading
      at += length
      const { rest = new Uint8Array() } = before ?? {}
      const bytes = new Uint8Array(memory, mostChunk - rest.length, rest.length + length)
      bytes.set(rest)
      if (before !== undefined) free.push(before.memory)
      if (at < end) {
        reading = readPiece(at, end)
        // Where the cutting fails first, nobody waits for it any more.
        reading.catch(() => undefined)
      }
      const cutting = await cut({ bytes, offset: at - bytes.length, isLast: at === end })
      entries.push(cutting.entries)
      before = { memory: cutting.bytes.buffer, rest: cutting.bytes.subarray(cutting.used) }
    }
    if (before !== undefined) free.push(before.memory)
  }
  return new Signature(Buffer.concat(entries))
}
