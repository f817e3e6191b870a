import { Failure } from '../kit/failure.ts'
import type { FileReader, UserFiles } from '../user-files/index.ts'

/** A reader that is closed once nobody reads from it any more. */
export class SharedReader {
  readonly #reader: FileReader
  #reading = 0
  #left = false

  constructor(reader: FileReader) {
    this.#reader = reader
  }
  stat(): Promise<{ size: number; mtime: Date }> {
    return this.#use((reader) => reader.stat())
  }
  async read(position: number, length: number): Promise<Buffer> {
    const { buffer, bytesRead } = await this.#use((reader) =>
      reader.read(Buffer.allocUnsafe(length), 0, length, position),
    )
    return buffer.subarray(0, bytesRead)
  }
  leave(): void {
    this.#left = true
    this.#closeIfLeft()
  }
  async #use<T>(work: (reader: FileReader) => Promise<T>): Promise<T> {
    this.#reading += 1
    try {
      return await work(this.#reader)
    } finally {
      this.#reading -= 1
      this.#closeIfLeft()
    }
  }
  #closeIfLeft(): void {
    // One that cannot even be closed is of no more use.
    if (this.#left && this.#reading === 0) this.#reader.close().catch(() => undefined)
  }
}

/** Undefined where there is no such file. */
export async function openIfThere(
  files: Pick<UserFiles, 'openRead'>,
  { user, path }: { user: string; path: string },
): Promise<SharedReader | undefined> {
  try {
    return new SharedReader(await files.openRead(user, path))
  } catch (error) {
    if (error instanceof Failure && error.code === 'NOT_FOUND') return undefined
    throw error
  }
}

/**
 * Whether the file that was opened last is another one than before. A file's own size and time never run backwards while
 * it grows, so of one that is looked at before, between and after they stand in order; of another one they do not.
 */
export async function isOther(old: SharedReader, fresh: SharedReader): Promise<boolean> {
  const before = await old.stat()
  const between = await fresh.stat()
  const after = await old.stat()
  return (
    between.size < before.size ||
    between.size > after.size ||
    between.mtime.getTime() < before.mtime.getTime() ||
    between.mtime.getTime() > after.mtime.getTime()
  )
}
