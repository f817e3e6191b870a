import type { FileReader } from '../user-files/index.ts'
import { setTimeout as wait } from 'node:timers/promises'

const PIECE = 65_536
/** How often a growing file is looked at. */
const POLL_MS = 250

/** The last `count` lines of a file, of its last 64 KiB. */
export async function lastLines(file: FileReader, count: number): Promise<string[]> {
  const { size } = await file.stat()
  const start = Math.max(0, size - PIECE)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start)
  const lines = buffer.subarray(0, bytesRead).toString('utf8').split('\n')
  // The first of a cut text is half a line, the last of a text that ends with a newline none.
  if (start > 0) lines.shift()
  if (lines.at(-1) === '') lines.pop()
  return lines.slice(-count).map((line) => line.replace(/\r$/, ''))
}

export interface Growing {
  /** The file, once there is one. */
  open: () => Promise<FileReader | undefined>
  /** Whether nothing more will be written; asked before the last look at the file. */
  ended: () => Promise<boolean>
  /** With it false, what is there now is all. */
  follow: boolean
  signal: AbortSignal
}

/**
 * The bytes of a file from `offset` on. With `follow` it waits for more, and for the file itself, until the writer has ended.
 * The file is read when the consumer asks and never held: a slow reader costs nothing. A file that was cut short (a solver
 * starting over) is read again from its start.
 */
export async function* tail(offset: number, { open, ended, follow, signal }: Growing): AsyncGenerator<Buffer, void> {
  let file: FileReader | undefined
  let position = offset
  try {
    for (;;) {
      const last = !follow || (await ended())
      file ??= await open()
      for (;;) {
        if (signal.aborted) return
        const piece = file === undefined ? undefined : await file.read(Buffer.allocUnsafe(PIECE), 0, PIECE, position)
        if (piece === undefined || piece.bytesRead === 0) break
        position += piece.bytesRead
        yield piece.buffer.subarray(0, piece.bytesRead)
      }
      if (last) return
      if (file !== undefined && (await file.stat()).size < position) position = 0
      await wait(POLL_MS, undefined, { signal }).catch(() => undefined)
    }
  } finally {
    await file?.close()
  }
}

/** Longer lines are cut: no log line is worth unbounded memory, and no pattern sees more than this. */
export const LONGEST_LINE = 4096

/** Whole lines of a stream of bytes, without their ends, in batches as they come; the last one may lack its newline. */
export async function* lines(source: AsyncIterable<Buffer>): AsyncGenerator<string[], void> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of source) {
    const parts = (rest + decoder.decode(piece, { stream: true })).split('\n')
    rest = (parts.pop() ?? '').slice(0, LONGEST_LINE)
    if (parts.length > 0) yield parts.map((line) => line.slice(0, LONGEST_LINE).replace(/\r$/, ''))
  }
  if (rest !== '') yield [rest]
}
