import { randomUUID } from 'node:crypto'
import { classifyFile, type FileClass } from '../../../contract/file-classes.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { storedFolder, storedName } from '../user-files/index.ts'
import { KeyedLock } from './locks.ts'
import { chunkCount } from './ranges.ts'
import type { Reservations } from './reservations.ts'
import { checkName } from './security/index.ts'
import { gigabytes, type Space } from './space.ts'
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

/** `jobs/<label>` is a folder, so the two names that mean another folder are none. Throws VALIDATION_FAILED. */
function labelOf(label: string = NO_FORM): string {
  if (/^[A-Za-z0-9._-]{1,128}$/.test(label) && label !== '.' && label !== '..') return label
  throw new Failure('VALIDATION_FAILED', 'A job label has letters, digits, dots, dashes and underscores only.', {
    details: { field: 'job_id' },
  })
}

export interface Opened {
  row: UploadRow
  /** False where the key was known: the upload may be in any state. */
  created: boolean
}

/** Begins uploads of one user. An outcome for each in order; one that is refused keeps no other. */
export type Open = (user: string, openings: readonly Opening[]) => Promise<(Opened | Failure)[]>

/** The same upload again. Throws CONFLICT for another one by the same key. */
const knownAs = (known: UploadRow, row: UploadRow): Opened => {
  const same = (['filename', 'folder', 'size', 'chunk_size', 'label'] as const).every((k) => known[k] === row[k])
  if (same) return { row: known, created: false }
  throw new Failure('CONFLICT', 'This key belongs to another upload.', { details: { upload_id: known.id } })
}

/** Begins uploads: all that can be refused is refused here, before a byte is sent. */
export function createOpening(
  agent: Pick<Agent, 'config' | 'now'>,
  store: UploadStore,
  { space, reservations }: { space: Space; reservations: Reservations },
): Open {
  const { limits } = agent.config
  const locks = new KeyedLock()

  /** Counts new things of the forms of one user, each form and each thing looked up once. */
  const formsOf = (user: string) => {
    const forms = new Map<string, Set<string>>()
    const known = new Set<string>()
    /** Throws VALIDATION_FAILED where the form is full. */
    return async (row: UploadRow): Promise<void> => {
      const item = itemOf(row)
      const place = `${row.label}/${item}`
      if (known.has(place) || (await store.hasItem(user, row.label, row))) {
        known.add(place)
        return
      }
      const items = forms.get(row.label) ?? (await store.itemsOf(user, row.label))
      forms.set(row.label, items)
      if (items.size >= limits.filesPerJob) {
        throw new Failure(
          'VALIDATION_FAILED',
          `A job takes at most ${limits.filesPerJob} files; a folder counts as one.`,
          { details: { limit: limits.filesPerJob, count: items.size } },
        )
      }
      items.add(item)
      known.add(place)
    }
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

  return (user, openings) =>
    locks.run(user, async () => {
      const keys = openings.flatMap(({ key }) => (key === undefined ? [] : [key]))
      const known = new Map((await store.findByKeys(user, keys)).map((row) => [row.key, row]))
      const addToForm = formsOf(user)

      const openOne = async (opening: Opening): Promise<Opened> => {
        const row = newRow(user, opening)
        const before = known.get(row.key)
        if (row.key !== null && before !== undefined) return knownAs(before, row)
        checkSizes(row)
        checkName(row.filename)
        if (row.label !== NO_FORM) await addToForm(row)
        return { row, created: true }
      }
      const outcomes: (Opened | Failure)[] = []
      for (const opening of openings) {
        try {
          outcomes.push(await openOne(opening))
        } catch (error) {
          if (!(error instanceof Failure)) throw error
          outcomes.push(error)
        }
      }
      const isNew = (outcome: Opened | Failure): outcome is Opened => 'created' in outcome && outcome.created
      const rows = outcomes.filter(isNew).map(({ row }) => row)
      try {
        const size = rows.reduce((sum, row) => sum + row.size, 0)
        if (rows.length > 0) await space.check(user, size)
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        return outcomes.map((outcome) => (isNew(outcome) ? error : outcome))
      }
      await store.insert(rows)
      for (const row of rows) reservations.set(row, row.size)
      return outcomes
    })
}
