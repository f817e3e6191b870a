import type { Stats } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import type { SourceRef } from '../../../contract/uploads.ts'
import { AppError, appError } from '../kit/app-error.ts'
import type { Platform, UploadSource } from '../platform.ts'
import { owned, type Bytes } from './workers/jobs.ts'
import type { WorkerPool } from './workers/pool.ts'

/** Size in bytes and modification time (ms since 1970) that a file had when its upload began. */
export interface Version {
  size: number
  modified: number
}

interface Range {
  offset: number
  length: number
}

/** What an upload reads from; always the version that it began with. */
export interface ChunkSource {
  /** The version now. Rejects with FILE_MISSING, FILE_UNREADABLE, FILE_DETACHED. */
  version(): Promise<Version>
  /**
   * Exactly `length` bytes from `offset`, in `into()` where this side reads itself. Rejects with FILE_CHANGED when the
   * file is not `expected` any more.
   */
  read(range: Range, expected: Version, into: () => Buffer, signal: AbortSignal): Promise<Uint8Array>
  /**
   * The same with its SHA-256, read and hashed by a thread where that can be, in `memory()`, which is handed over. The bytes have
   * memory of their own.
   */
  readHashed(
    workers: WorkerPool,
    range: Range,
    expected: Version,
    memory: () => Bytes,
    signal: AbortSignal,
  ): Promise<{ bytes: Bytes; digest: Bytes }>
  close(): Promise<void>
}

/** Whole milliseconds: pages know no finer time than that. */
export const sameVersion = (a: Version, b: Version): boolean =>
  a.size === b.size && Math.trunc(a.modified) === Math.trunc(b.modified)

export const fileChanged = (name: string): AppError =>
  appError('FILE_CHANGED', { name }, `"${name}" was changed while it was being uploaded.`)

/** Why a file of this machine cannot be read, in the closed set of errors. */
export function fileError(name: string, error: unknown): AppError {
  if (error instanceof AppError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return appError('FILE_MISSING', { name }, `"${name}" is not there any more.`)
  return appError('FILE_UNREADABLE', { name, reason: code }, `"${name}" cannot be read (${code}).`)
}

const isSystemError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'

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
    return new HostSource(name, await platform.openSource(ref))
  } catch (error) {
    throw fileError(name, error)
  }
}

/** A file that the host reaches, such as one that a page holds. */
class HostSource implements ChunkSource {
  readonly #name: string
  readonly #source: UploadSource

  constructor(name: string, source: UploadSource) {
    this.#name = name
    this.#source = source
  }

  version(): Promise<Version> {
    return named(this.#name, this.#source.stat())
  }

  async #read({ offset, length }: Range, expected: Version, signal: AbortSignal): Promise<Uint8Array> {
    if (!sameVersion(await this.version(), expected)) throw fileChanged(this.#name)
    return named(this.#name, this.#source.read(offset, length, signal))
  }

  read(...[range, expected, , signal]: Parameters<ChunkSource['read']>): Promise<Uint8Array> {
    return this.#read(range, expected, signal)
  }

  async readHashed(...[workers, range, expected, , signal]: Parameters<ChunkSource['readHashed']>) {
    return workers.run('digest', { bytes: owned(await this.#read(range, expected, signal)) })
  }

  close(): Promise<void> {
    return this.#source.close()
  }
}

/** A file of this machine, read at random places into buffers that are used again. */
class PathSource implements ChunkSource {
  readonly #name: string
  readonly #path: string
  readonly #handle: FileHandle
  readonly #inode: number
  /** Threads read by the number of the open file: it may not become another file's before they are done. */
  readonly #reading = new Set<Promise<unknown>>()

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

  async readHashed(...[workers, { offset, length }, expected, memory, signal]: Parameters<ChunkSource['readHashed']>) {
    if (!sameVersion(await this.version(), expected)) throw fileChanged(this.#name)
    signal.throwIfAborted()
    const into = memory()
    const work = workers.run('read', { file: this.#handle.fd, offset, into, length })
    const over = work.then(
      () => undefined,
      () => undefined,
    )
    this.#reading.add(over)
    try {
      const { bytes, digest } = await work
      if (bytes.length < length) throw fileChanged(this.#name)
      return { bytes, digest }
    } catch (error) {
      throw isSystemError(error) ? fileError(this.#name, error) : error
    } finally {
      this.#reading.delete(over)
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#reading)
    await this.#handle.close()
  }
}
