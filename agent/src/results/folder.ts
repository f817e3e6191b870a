import { classifyFile } from '../../../contract/file-classes.ts'
import type { FolderQuery, FolderSizes, ResultEntry, ResultFolder } from '../../../contract/results.ts'
import type { JobView } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { BOOKKEEPING } from '../scheduler/index.ts'
import type { FileEntry } from '../user-files/index.ts'
import { pathFilter } from './pattern.ts'

/** More entries than this are not looked through. */
const MOST = 100_000
/** Asked of the file system at a time. */
const PAGE = 10_000
/** A listing is used again for so long: the further pages of one look at a folder, and those that begin one. */
const FRESH_MS = 5000
const NEW_MS = 500
/** Entries kept for that, of all users together. */
const MOST_KEPT = 300_000
/** Above this, names are ordered by code unit: a collator would hold up everybody. */
const MOST_COLLATED = 5000

/** The agent's own place in a job's folder. */
export const isOurs = (path: string): boolean => path === BOOKKEEPING || path.startsWith(`${BOOKKEEPING}/`)
export const parentOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '')
/** Relative to the user's area. */
export const placeOf = (job: JobView, path: string): string => (path === '' ? job.folder : `${job.folder}/${path}`)

interface Listing {
  entries: ResultEntry[]
  complete: boolean
}

export interface Folders {
  /** Failure NOT_FOUND where there is no such folder; that of a job that has not begun is empty. */
  page(job: JobView, query: FolderQuery): Promise<ResultFolder>
  sizes(job: JobView, path: string): Promise<FolderSizes>
  /** What was listed of this job is no longer so. */
  forget(job: JobView): void
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })
const byUnit = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

function ordered(entries: readonly ResultEntry[], { sort, descending }: FolderQuery): ResultEntry[] {
  const byName =
    entries.length > MOST_COLLATED ? byUnit : (a: string, b: string) => collator.compare(a, b) || byUnit(a, b)
  const first = (entry: ResultEntry) => (entry.kind === 'folder' ? 0 : entry.main && sort === 'name' ? 1 : 2)
  const compare = (a: ResultEntry, b: ResultEntry): number => {
    if (sort === 'size') return a.size - b.size || byName(a.path, b.path)
    if (sort === 'modified') return byUnit(a.modifiedAt, b.modifiedAt) || byName(a.path, b.path)
    return byName(a.path, b.path)
  }
  const sign = descending ? -1 : 1
  return entries.toSorted((a, b) => first(a) - first(b) || sign * compare(a, b))
}

const entryOf = (job: JobView, file: FileEntry, path: string): ResultEntry => ({
  path,
  kind: file.kind,
  size: file.kind === 'folder' ? 0 : file.size,
  modifiedAt: file.modified.toISOString(),
  class: file.kind === 'folder' ? 'other' : classifyFile(path).fileClass,
  main: file.kind === 'file' && (job.template?.mainResults ?? []).some((end) => path.endsWith(end)),
})

/** Links to what the job was given: known from its submission, since links are not followed. */
const inputsOf = (job: JobView): ResultEntry[] =>
  job.inputs.map(({ name, size }) => ({
    path: name,
    kind: 'input',
    size,
    modifiedAt: job.submittedAt,
    class: classifyFile(name).fileClass,
    main: false,
  }))

/** Looks into jobs' folders; what was read is kept for a few seconds. */
export function createFolders(agent: Agent): Folders {
  const kept = new Map<string, { at: number; count: number; listing: Promise<Listing> }>()

  function remember(key: string, newest: number, read: () => Promise<Listing>): Promise<Listing> {
    // Not the clock's time: that may be set back.
    const now = performance.now()
    for (const [old, { at }] of kept) if (now - at > FRESH_MS) kept.delete(old)
    const known = kept.get(key)
    if (known !== undefined && now - known.at <= newest) return known.listing
    kept.delete(key)
    const entry = { at: now, count: 0, listing: read() }
    kept.set(key, entry)
    const trim = ({ entries }: Listing) => {
      entry.count = entries.length
      let sum = 0
      for (const [old, { count }] of [...kept].toReversed()) {
        sum += count
        if (sum > MOST_KEPT) kept.delete(old)
      }
      return entries.length
    }
    entry.listing.then(trim).catch(() => kept.delete(key))
    return entry.listing
  }

  async function readLevel(job: JobView, path: string): Promise<Listing> {
    const prefix = path === '' ? '' : `${path}/`
    const entries: ResultEntry[] = []
    let total = 0
    do {
      const page = await agent.files.listFolder(job.user, placeOf(job, path), {
        offset: entries.length,
        limit: PAGE,
        skip: path === '' ? [BOOKKEEPING] : [],
      })
      total = page.total
      // A job that removes files meanwhile.
      if (page.entries.length === 0) break
      for (const file of page.entries) entries.push(entryOf(job, file, prefix + file.path))
    } while (entries.length < total && entries.length < MOST)
    const complete = entries.length >= total
    for (const input of inputsOf(job)) if (parentOf(input.path) === path) entries.push(input)
    return { entries, complete }
  }

  async function readDeep(job: JobView, path: string): Promise<Listing> {
    const prefix = path === '' ? '' : `${path}/`
    const files = await agent.files.list(job.user, placeOf(job, path), MOST)
    const entries = files.map((file) => entryOf(job, file, prefix + file.path)).filter((file) => !isOurs(file.path))
    return { entries, complete: files.length < MOST }
  }

  async function listing(job: JobView, path: string, deep: boolean, begins: boolean): Promise<Listing> {
    if (isOurs(path)) throw new Failure('NOT_FOUND', 'There is no such folder in this job.')
    const read = deep ? readDeep : readLevel
    try {
      const key = JSON.stringify([job.user, job.number, path, deep])
      return await remember(key, begins ? NEW_MS : FRESH_MS, () => read(job, path))
    } catch (error) {
      if (path === '' && error instanceof Failure && error.code === 'NOT_FOUND') return { entries: [], complete: true }
      throw error
    }
  }

  return {
    async page(job, query) {
      const { path, offset, limit, filter, class: fileClass } = query
      const deep = query.deep === true || filter !== undefined || fileClass !== undefined
      const { entries, complete } = await listing(job, path, deep, offset === 0)
      const matches = filter === undefined ? () => true : pathFilter(filter)
      const found = entries.filter(
        (entry) => (fileClass === undefined || entry.class === fileClass) && matches(entry.path),
      )
      return {
        entries: ordered(found, query).slice(offset, offset + limit),
        total: found.length,
        bytes: found.reduce((sum, { size }) => sum + size, 0),
        complete,
      }
    },

    async sizes(job, path) {
      const { entries, complete } = await listing(job, path, true, true)
      const from = path === '' ? 0 : path.length + 1
      const folders = new Map<string, { files: number; bytes: number }>()
      for (const { path: file, size } of entries) {
        const end = file.indexOf('/', from)
        if (end < 0) continue
        const name = file.slice(from, end)
        const sum = folders.get(name) ?? { files: 0, bytes: 0 }
        folders.set(name, { files: sum.files + 1, bytes: sum.bytes + size })
      }
      return { folders: Object.fromEntries(folders), complete }
    },

    forget(job) {
      const start = JSON.stringify([job.user, job.number]).slice(0, -1)
      for (const key of kept.keys()) if (key.startsWith(`${start},`)) kept.delete(key)
    },
  }
}
