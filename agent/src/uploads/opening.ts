import { randomUUID } from 'node:crypto'
import { classifyFile, type FileClass } from '../../../contract/file-classes.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { storedFolder, storedName } from '../user-files/index.ts'
import { KeyedLock } from './locks.ts'
import { chunkCount } from './ranges.ts'
import type { Reservations } from './reservations.ts'
import { checkName } from './security/index.ts'
import { itemOf, type UploadRow, type UploadStore } from './store.ts'

/** Keeps what an upload costs in memory and in the database small, however small its chunks are. */
const MAX_CHUNKS = 100_000
/** Files that belong to no job form, so no form's limit counts them. */
const NO_FORM = 'unassigned'

export interface Opening {
  name: string
  size: number
  chunkSize: number
  folder?: string | undefined
  label?: string | undefined
  class?: FileClass | undefined
  /** The app's own; the same again is the same upload. */
  key?: string | undefined
  /** Of the whole file, MD5 or SHA-256 in hex. */
  checksum?: string | undefined
}

const gigabytes = (bytes: number): string => `${Math.round((bytes / 2 ** 30) * 100) / 100} GB`

/** `jobs/<label>` is a folder, so the two names that mean another folder are none. Throws VALIDATION_FAILED. */
function labelOf(label: string = NO_FORM): string {
  if (/^[A-Za-z0-9._-]{1,128}$/.test(label) && label !== '.' && label !== '..') return label
  throw new Failure('VALIDATION_FAILED', 'A job label has letters, digits, dots, dashes and underscores only.', {
    details: { field: 'job_id' },
  })
}

/** Begins uploads: all that can be refused is refused here, before a byte is sent. */
export function createOpening(
  agent: Pick<Agent, 'config' | 'files' | 'now'>,
  store: UploadStore,
  reservations: Reservations,
): (user: string, opening: Opening) => Promise<{ row: UploadRow; created: boolean }> {
  const { limits } = agent.config
  const locks = new KeyedLock()

  const checkSpace = async (user: string, size: number) => {
    const free = Math.max(0, (await agent.files.space(user)).free - reservations.total)
    if (size <= free) return
    throw new Failure(
      'NO_SPACE',
      `There is not enough space on the cluster: ${gigabytes(size)} needed, ${gigabytes(free)} free.`,
      { details: { needed: size, free } },
    )
  }

  const checkForm = async (row: UploadRow) => {
    if (row.label === NO_FORM) return
    const items = await store.itemsOf(row.user, row.label)
    if (items.has(itemOf(row)) || items.size < limits.filesPerJob) return
    throw new Failure('VALIDATION_FAILED', `A job takes at most ${limits.filesPerJob} files; a folder counts as one.`, {
      details: { limit: limits.filesPerJob, count: items.size },
    })
  }

  const newRow = (user: string, opening: Opening): UploadRow => {
    const { size, chunkSize } = opening
    const filename = storedName(opening.name)
    const now = agent.now().toISOString()
    return {
      id: randomUUID(),
      user,
      key: opening.key ?? null,
      filename,
      folder: storedFolder(opening.folder ?? ''),
      label: labelOf(opening.label),
      class: opening.class ?? classifyFile(filename).fileClass,
      size,
      chunk_size: chunkSize,
      total_chunks: chunkCount(size, chunkSize),
      status: 'receiving',
      path: null,
      digest: null,
      checksum: opening.checksum?.toLowerCase() ?? null,
      error: null,
      warnings: null,
      created_at: now,
      updated_at: now,
    }
  }

  const checkSizes = (row: UploadRow) => {
    if (row.size > limits.fileSize) {
      throw new Failure('FILE_TOO_LARGE', `File size exceeds maximum (${gigabytes(limits.fileSize)})`, {
        details: { limit: limits.fileSize, size: row.size },
      })
    }
    if (row.chunk_size > limits.chunkBytes || row.total_chunks > MAX_CHUNKS) {
      const smallest = Math.ceil(row.size / MAX_CHUNKS)
      throw new Failure('VALIDATION_FAILED', 'The size of the chunks does not suit this file.', {
        details: { field: 'chunk_size', minimum: smallest, maximum: limits.chunkBytes },
      })
    }
  }

  return (user, opening) =>
    locks.run(user, async () => {
      const row = newRow(user, opening)
      const known = opening.key === undefined ? undefined : await store.findByKey(user, opening.key)
      if (known !== undefined) {
        const same = (['filename', 'folder', 'size', 'chunk_size', 'label'] as const).every((k) => known[k] === row[k])
        if (same) return { row: known, created: false }
        throw new Failure('CONFLICT', 'This key belongs to another upload.', { details: { upload_id: known.id } })
      }
      checkSizes(row)
      checkName(row.filename)
      await checkForm(row)
      await checkSpace(user, row.size)
      await store.insert(row)
      reservations.set(row.id, row.size)
      return { row, created: true }
    })
}
