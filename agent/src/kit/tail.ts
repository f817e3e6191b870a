import type { FileReader } from '../user-files/index.ts'

const PIECE = 65_536

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

/** All bytes of a file, read as they are asked for; none where there is no file. */
export async function* wholeFile(open: () => Promise<FileReader | undefined>): AsyncGenerator<Buffer, void> {
  const file = await open()
  if (file === undefined) return
  try {
    for (let position = 0; ;) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(PIECE), 0, PIECE, position)
      if (bytesRead === 0) return
      position += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
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
