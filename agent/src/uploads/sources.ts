import type { UploadSourceFile } from '../../../contract/agent/uploads.ts'
import { Failure } from '../kit/failure.ts'
import type { FileReader, UserFiles } from '../user-files/index.ts'
import { partialPath } from './place.ts'
import { chunkAt } from './ranges.ts'
import type { UploadRow, UploadStore } from './store.ts'
import type { Transfer } from './transfer.ts'
import type { Transfers } from './transfers.ts'

/** Bytes of a file, one behind the other. */
export interface Span {
  offset: number
  length: number
}

/** An earlier file of a user's own, open to be read. */
export interface Source {
  row: UploadRow
  /** As it is on the disk now. */
  size: number
  modified: Date
  /** Not one that is still arriving. */
  isWhole: boolean
  /** Whether all of these bytes are there. */
  covers(span: Span): boolean
  /** All that is there: ascending, with gaps between. */
  spans(): Span[]
  read: FileReader['read']
  close(): Promise<void>
}

const MAX_SOURCES = 8
/** Results of one run often have the same size: they must not crowd out the file of this name. */
const MAX_SAME_SIZE = 5

const unknown = () => new Failure('NOT_FOUND', 'There is no such upload.')

/** The file of a finished upload, whatever has become of it since. */
const wholeFile = (size: number): Pick<Source, 'isWhole' | 'covers' | 'spans'> => ({
  isWhole: true,
  covers: ({ offset, length }) => offset + length <= size,
  spans: () => (size === 0 ? [] : [{ offset: 0, length: size }]),
})

/** Of a file that is still arriving: the chunks that have. */
function partialFile({ row, received }: Transfer): Pick<Source, 'isWhole' | 'covers' | 'spans'> {
  const { size, chunk_size: chunkSize } = row
  return {
    isWhole: false,
    covers({ offset, length }) {
      if (offset + length > size) return false
      for (let at = Math.floor(offset / chunkSize); at * chunkSize < offset + length; at++) {
        if (!received.has(at)) return false
      }
      return true
    },
    spans: () =>
      received.ranges().map(([first, last]) => {
        const end = chunkAt(size, chunkSize, last)
        const offset = first * chunkSize
        return { offset, length: end.offset + end.length - offset }
      }),
  }
}

const pathOf = (row: UploadRow): string | undefined => {
  if (row.status === 'receiving') return partialPath(row)
  return row.status === 'uploaded' ? (row.path ?? undefined) : undefined
}

const sourceOf = (row: UploadRow): UploadSourceFile => ({
  upload_id: row.id,
  filename: row.filename,
  folder: row.folder,
  job_id: row.label,
  file_size: row.size,
  chunk_size: row.chunk_size,
  ...(row.status === 'uploaded'
    ? { status: row.status, ...(row.digest === null ? {} : { digest: row.digest }) }
    : { status: 'receiving' }),
  updated_at: row.updated_at,
})

/** Files that uploads can be made from: a user's own and nobody else's, an admin's neither. */
export class Sources {
  readonly #files: UserFiles
  readonly #store: UploadStore
  readonly #transfers: Transfers

  constructor(parts: { files: UserFiles; store: UploadStore; transfers: Transfers }) {
    this.#files = parts.files
    this.#store = parts.store
    this.#transfers = parts.transfers
  }

  /** Those of this size, then those of this name, newest first; each still there with the size it had. */
  async find(user: string, file: { name: string; size: number }): Promise<UploadSourceFile[]> {
    const alike = await this.#store.alike(user, { ...file, name: file.name.normalize('NFC') })
    const sameSize = await this.#present(alike.sameSize)
    const sameName = await this.#present(alike.sameName)
    const first = sameSize.slice(0, sameName.length === 0 ? MAX_SOURCES : MAX_SAME_SIZE)
    return [...first, ...sameName].slice(0, MAX_SOURCES).map(sourceOf)
  }

  /** Those whose file is there, each file once: two uploads of the same bytes share one. */
  async #present(rows: readonly UploadRow[]): Promise<UploadRow[]> {
    const isThere = await Promise.all(rows.map((row) => this.#isThere(row)))
    const byPath = new Map<string | undefined, UploadRow>()
    for (const [index, row] of rows.entries()) {
      const path = pathOf(row)
      if (isThere[index] === true && !byPath.has(path)) byPath.set(path, row)
    }
    return [...byPath.values()]
  }

  async #isThere(row: UploadRow): Promise<boolean> {
    const path = pathOf(row)
    if (path === undefined) return false
    const entry = await this.#files.stat(row.user, path).catch(gone)
    return entry?.kind === 'file' && entry.size === row.size
  }

  /** Opens one. Failure NOT_FOUND where the user has no such upload, and where its file is not there (any more). */
  async open(user: string, id: string): Promise<Source> {
    const row = await this.#store.find(id)
    if (row?.user !== user) throw unknown()
    const transfer = row.status === 'receiving' ? await this.#transfers.get(id) : undefined
    const path = pathOf(transfer?.row ?? row)
    if (path === undefined || (row.status === 'receiving' && transfer === undefined)) throw unknown()
    const file = await this.#files.openRead(user, path).catch(gone)
    if (file === undefined) throw unknown()
    try {
      const { size, mtime: modified } = await file.stat()
      const what = transfer === undefined ? wholeFile(size) : partialFile(transfer)
      return { row, size, modified, ...what, read: file.read.bind(file), close: () => file.close() }
    } catch (error) {
      await file.close()
      throw error
    }
  }
}

/** What is not there, and what has become something else than a file, is no source. */
function gone(error: unknown): undefined {
  if (error instanceof Failure && (error.code === 'NOT_FOUND' || error.code === 'NAME_REFUSED')) return undefined
  throw error
}
