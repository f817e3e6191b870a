import type { FolderQuery, ResultEntry, ResultFolder, Selection } from '../../../contract/results.ts'
import type { AgentClient } from '../agent-client/index.ts'
import { appError } from '../kit/app-error.ts'
import { folderPath } from './routes.ts'

const PAGE = 5000

/** All entries of a query, page by page. */
export async function allEntries(
  client: AgentClient,
  job: string,
  query: Pick<FolderQuery, 'path' | 'deep' | 'filter' | 'class'>,
  signal: AbortSignal,
): Promise<ResultEntry[]> {
  const entries: ResultEntry[] = []
  for (;;) {
    const page = await client.get<ResultFolder>(folderPath(job), {
      query: queryOf({ ...query, offset: entries.length, limit: PAGE, sort: 'name', descending: false }),
      signal,
    })
    entries.push(...page.entries)
    if (page.entries.length === 0 || entries.length >= page.total) return entries
  }
}

/** A query as it stands in an address. */
export const queryOf = ({ deep, descending, ...rest }: FolderQuery): Record<string, string | number | undefined> => ({
  ...rest,
  descending: String(descending),
  ...(deep === undefined ? {} : { deep: String(deep) }),
})

const parentOf = (path: string) => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '')

/** Names that an agent opens for nobody: with characters that cannot be shown, or of another system's paths. */
const unopened = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\\]/u

/** What a selection means: files that are fetched, and paths of those that cannot be, which are named beside them. */
export interface Selected {
  files: ResultEntry[]
  left: string[]
}

/** What stands in a download of several files where some of them are left out. */
export const leftOutName = 'NOT INCLUDED.txt'
export const leftOutText = (left: readonly string[]): Buffer =>
  Buffer.from(
    `These files have names that cannot be used here. Rename them in a terminal on the cluster to fetch them.\n\n${left
      .map((path) => JSON.stringify(path))
      .join('\n')}\n`,
  )

/** So many files, those changed last, or all of them; in the order of their paths. */
export const newestOf = (files: readonly ResultEntry[], count: number | undefined): ResultEntry[] =>
  files
    .toSorted((a, b) => Date.parse(b.modifiedAt) - Date.parse(a.modifiedAt))
    .slice(0, count)
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))

/** Each file once, in the order of their paths. Rejects with NOT_FOUND where there are none. */
export async function selectedFiles(
  client: AgentClient,
  job: string,
  { paths, filter, class: fileClass, newest }: Selection,
  signal: AbortSignal,
): Promise<Selected> {
  const narrowed = {
    ...(filter === undefined ? {} : { filter }),
    ...(fileClass === undefined ? {} : { class: fileClass }),
  }
  const found = new Map<string, ResultEntry>()
  const folders =
    paths.length === 0 ? [''] : paths.filter((path) => path.endsWith('/')).map((path) => path.slice(0, -1))
  for (const path of folders) {
    for (const entry of await allEntries(client, job, { path, deep: true, ...narrowed }, signal))
      found.set(entry.path, entry)
  }
  const files = new Set(paths.filter((path) => !path.endsWith('/')))
  for (const path of new Set([...files].map(parentOf))) {
    for (const entry of await allEntries(client, job, { path }, signal)) {
      if (entry.kind !== 'folder' && files.has(entry.path)) found.set(entry.path, entry)
    }
  }
  if (found.size === 0) {
    throw appError('NOT_FOUND', { what: 'file', id: paths[0] ?? filter ?? job }, 'There is no such file in this job.')
  }
  const all = newestOf([...found.values()], newest)
  return {
    files: all.filter(({ path }) => !unopened.test(path)),
    left: all.flatMap(({ path }) => (unopened.test(path) ? [path] : [])),
  }
}
