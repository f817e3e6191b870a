import { hash } from 'node:crypto'
import { contentCut, leastChunk, mostChunk } from '../../../../contract/agent/content-chunks.ts'
import { ENTRY_BYTES, writeEntry } from './signature.ts'

/** Part of a file, in memory of its own. */
export interface Piece {
  bytes: Uint8Array<ArrayBuffer>
  /** Where the first of them is in the file. */
  offset: number
  /** Nothing comes behind them. */
  isLast: boolean
}

export interface Cut {
  /** The piece's, back. */
  bytes: Uint8Array<ArrayBuffer>
  /** Entries of a signature. */
  entries: Uint8Array<ArrayBuffer>
  /** Bytes of the piece that they hold; the others belong before the next one. */
  used: number
}

/** Cuts a piece of a file into its content-defined chunks, as far as their ends are sure. Takes about 4 ms for a MiB. */
export function cutPiece({ bytes, offset, isLast }: Piece): Cut {
  const entries = Buffer.alloc((Math.ceil(bytes.length / leastChunk) + 1) * ENTRY_BYTES)
  let count = 0
  let at = 0
  while (isLast ? at < bytes.length : at + mostChunk <= bytes.length) {
    const end = contentCut(bytes, at, bytes.length)
    const digest = hash('sha256', bytes.subarray(at, end), 'buffer')
    writeEntry(entries, count++, { offset: offset + at, length: end - at, digest })
    at = end
  }
  return { bytes, entries: entries.subarray(0, count * ENTRY_BYTES), used: at }
}
