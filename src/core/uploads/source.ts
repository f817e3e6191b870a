import type { Stats } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import type { SourceRef } from '../../../contract/uploads.ts'
import { AppError, appError } from '../kit/app-error.ts'
import type { Platform } from '../platform.ts'

/** Size in bytes and modification time (ms since 1970) that a file had when its upload began. */
export interface Version {
  size: number
  modified: number
}

/** What an upload reads from; always the version that it began with. */
export interface ChunkSource {
  /** The version now. Rejects with FILE_MISSING, FILE_UNREADABLE, FILE_DETACHED. */
  version(): Promise<Version>
  /**
   * Exactly `length` bytes from `offset`, in `into()` where this side reads itself. Rejects with FILE_CHANGED when the
   * file is not `expected` any more.
   */
  read(
    range: { offset: number; length: number },
    expected: Version,
    into: () => Buffer,
    signal: AbortSignal,
  ): Promise<Uint8Array>
  close(): Promise<void>
}

/** Whole milliseconds: pages know no finer time than that. */
export const sameVersion = (a: Version, b: Version): boolean =>
  a.size === b.size && Math.trunc(a.modified) === Math.trunc(b.modified)

export const fileChanged = (name: string): AppError =>
  appError('FILE_CHANGED', { name }, `"${name}" was changed while it was being uploaded.`)

function fileError(name: string, error: unknown): AppError {
  if (error instanceof AppError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return appError('FILE_MISSING', { name }, `"${name}" is not there any more.`)
  return appError('FILE_UNREADABLE', { name, reason: code }, `"${name}" cannot be read (${code}).`)
}

/** A host knows its files by their tokens: its errors get the name that the user knows. */
async function named<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof AppError && 'name' in error.value.data) error.value.data.name = name
    throw error
  }
}

/** Opens where an upload's bytes come from. Rejects with FILE_MISSING, FILE_UNREADABLE or FILE_DETACHED. */
export async function openSource(name: string, ref: SourceRef, platform: Platform): Promise<ChunkSource> {
  try {
    if (ref.kind === 'path') return await PathSource.open(name, ref.path)
    if (platform.openSource === undefined) {
      throw appError('FILE_DETACHED', { name }, `"${name}" has to be picked again: this host cannot reach it.`)
    }
    const source = await platform.openSource(ref)
    return {
      version: () => named(name, source.stat()),
      async read({ offset, length }, expected, _into, signal) {
        if (!sameVersion(await named(name, source.stat()), expected)) throw fileChanged(name)
        return named(name, source.read(offset, length, signal))
      },
      close: () => source.close(),
    }
  } catch (error) {
    throw fileError(name, error)
  }
}

/** A file of this machine, read at random places into buffers that are used again. */
class PathSource implements ChunkSource {
  readonly #name: string
  readonly #path: string
  readonly #handle: FileHandle
  readonly #inode: number

  private constructor(name: string, path: string, handle: FileHandle, inode: number) {
    this.#name = name
    this.#path = path
    this.#handle = handle
    this.#inode = inode
  }

  static async open(name: string, path: string): Promise<PathSource> {
    const handle = await open(path, 'r')
    const stats = await handle.stat()
    if (stats.isFile()) return new PathSource(name, path, handle, stats.ino)
    await handle.close()
    throw appError('FILE_UNREADABLE', { name, reason: 'not a file' }, `"${name}" is not a file.`)
  }

  /** By its path, not by the handle: editors save by replacing the file, and the handle still has the old one. */
  async #stat(): Promise<Stats> {
    const stats = await stat(this.#path).catch((error: unknown) => {
      throw fileError(this.#name, error)
    })
    if (stats.ino !== this.#inode) throw fileChanged(this.#name)
    return stats
  }

  async version(): Promise<Version> {
    const { size, mtimeMs } = await this.#stat()
    return { size, modified: mtimeMs }
  }

  async read(
    { offset, length }: { offset: number; length: number },
    expected: Version,
    into: () => Buffer,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    if (!sameVersion(await this.version(), expected)) throw fileChanged(this.#name)
    const buffer = into()
    for (let done = 0; done < length;) {
      signal.throwIfAborted()
      const { bytesRead } = await this.#handle
        .read(buffer, done, length - done, offset + done)
        .catch((error: unknown) => {
          throw fileError(this.#name, error)
        })
      if (bytesRead === 0) throw fileChanged(this.#name)
      done += bytesRead
    }
    return buffer.subarray(0, length)
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}
