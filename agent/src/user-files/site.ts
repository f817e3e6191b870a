import { join } from 'node:path'
import { Failure } from '../kit/failure.ts'
import { fromWire, type Helpers, MAX_PAYLOAD } from '../helper/index.ts'
import { segmentsOf } from './names.ts'
import { RemoteFile } from './remote-file.ts'
import type { FileEntry, NewFile, UserFiles, WrittenFile } from './user-files.ts'

const LISTING_MS = 5 * 60_000
/** Of the paths in one frame together: well within a header. */
const MAX_PATHS = 128 * 2 ** 10

/** What a helper says of a file. The user may have put anything in its place: what is no entry of a folder is none. */
function entryOf(wire: unknown): FileEntry | undefined {
  const { path, size, modified, kind } = (typeof wire === 'object' && wire !== null ? wire : {}) as Record<
    string,
    unknown
  >
  if (typeof path !== 'string' || typeof size !== 'number' || typeof modified !== 'number') return undefined
  const isBelow = path.split('/').every((name) => name !== '' && name !== '.' && name !== '..')
  const date = new Date(modified)
  if ((!isBelow && path !== '') || !(size >= 0) || Number.isNaN(date.getTime())) return undefined
  return { path, size, modified: date, kind: kind === 'folder' ? 'folder' : 'file' }
}

const entriesOf = (wire: unknown): FileEntry[] =>
  Array.isArray(wire) ? wire.map(entryOf).filter((entry) => entry !== undefined) : []

/** In groups, in order, of which each fits into one frame. `cost`: bytes of the header and of the payload. */
function* groupsOf<T>(items: readonly T[], cost: (item: T) => [header: number, payload: number]): Generator<T[], void> {
  let group: T[] = []
  let [paths, bytes] = [0, 0]
  for (const item of items) {
    const [header, payload] = cost(item)
    if (group.length > 0 && (paths + header > MAX_PATHS || bytes + payload > MAX_PAYLOAD)) {
      yield group
      group = []
      ;[paths, bytes] = [0, 0]
    }
    group.push(item)
    paths += header
    bytes += payload
  }
  if (group.length > 0) yield group
}

/** As many outcomes as were asked for, whatever the helper says: what is none of ours has failed. */
function outcomesOf(payload: Buffer, count: number): { path?: unknown; error?: unknown }[] {
  const wire: unknown = JSON.parse(payload.toString('utf8'))
  return Array.from({ length: count }, (_, at) => {
    const outcome: unknown = Array.isArray(wire) ? wire[at] : undefined
    return typeof outcome === 'object' && outcome !== null ? outcome : { error: null }
  })
}

const lengthOf = (text: string): number => Buffer.byteLength(JSON.stringify(text))

/** Users' files in site mode: every touch is made by the user's own helper. `own` knows the disk of the agent. */
export function createSiteFiles(helpers: Helpers, own: Pick<UserFiles, 'space'>): UserFiles {
  const again = { again: true }
  const listing = { again: true, patienceMs: LISTING_MS }
  const isThere = async (user: string, path: string) =>
    (await helpers.call(user, 'stat', { path }, again)).header['entry'] !== undefined

  return {
    absolute: async (user, path) => {
      const segments = segmentsOf(path)
      return join(await helpers.areaOf(user), ...segments)
    },

    makeFolder: async (user, path) => String((await helpers.call(user, 'makeFolder', { path }, again)).header['path']),

    openRead: (user, path) => RemoteFile.open(helpers, user, path, { write: false }),

    openWrite: (user, path, { exclusive }) => RemoteFile.open(helpers, user, path, { write: true, exclusive }),

    async writeFiles(user, files) {
      const outcomes: (Error | undefined)[] = []
      for (const group of groupsOf<NewFile>(files, ({ path, bytes }) => [lengthOf(path) + 16, bytes.length])) {
        const header = { paths: group.map(({ path }) => path), lengths: group.map(({ bytes }) => bytes.length) }
        const options = { ...listing, payload: group.map(({ bytes }) => bytes) }
        const { payload } = await helpers.call(user, 'writeFiles', header, options)
        for (const { error } of outcomesOf(payload, group.length)) {
          outcomes.push(error === undefined ? undefined : fromWire(error))
        }
      }
      return outcomes
    },

    async placeFiles(user, files) {
      const outcomes: (string | Error)[] = []
      for (const group of groupsOf<WrittenFile>(files, ({ path, name }) => [lengthOf(path) + lengthOf(name) + 2, 0])) {
        const header = { paths: group.map(({ path }) => path), names: group.map(({ name }) => name) }
        const { payload } = await helpers.call(user, 'placeFiles', header, { patienceMs: LISTING_MS })
        for (const [at, { path, error }] of outcomesOf(payload, group.length).entries()) {
          // In the folder that it was written to, and nowhere else.
          const folder = group[at]?.path.replace(/[^/]+$/, '') ?? ''
          const isIn = typeof path === 'string' && path.startsWith(folder) && !path.slice(folder.length).includes('/')
          outcomes.push(isIn ? path : fromWire(error))
        }
      }
      return outcomes
    },

    async rename(user, from, to) {
      try {
        await helpers.call(user, 'rename', { from, to })
      } catch (error) {
        const isLost = error instanceof Failure && error.code === 'SCHEDULER_UNAVAILABLE'
        if (!isLost) throw error
        // It may have been done before the helper was lost: then the one is gone and the other there.
        if (!(await isThere(user, from)) && (await isThere(user, to))) return
        await helpers.call(user, 'rename', { from, to })
      }
    },

    link: async (user, target, at) => void (await helpers.call(user, 'link', { target, at }, again)),

    remove: async (user, path) => void (await helpers.call(user, 'remove', { path }, listing)),

    async stat(user, path) {
      const { header } = await helpers.call(user, 'stat', { path }, again)
      return entryOf(header['entry'])
    },

    async list(user, path, limit) {
      const { payload } = await helpers.call(user, 'list', { path, limit }, listing)
      return entriesOf(JSON.parse(payload.toString('utf8')))
    },

    async listFolder(user, path, page) {
      const { payload } = await helpers.call(user, 'listFolder', { path, ...page }, listing)
      const { entries, total } = JSON.parse(payload.toString('utf8')) as Record<string, unknown>
      return { entries: entriesOf(entries), total: Number(total) }
    },

    async space(user) {
      if (user === undefined) return own.space()
      const { header } = await helpers.call(user, 'space', {}, again)
      return { free: Number(header['free']), total: Number(header['total']) }
    },

    async usage(user) {
      const { header } = await helpers.call(user, 'usage', {}, listing)
      return header['used'] === undefined ? undefined : Number(header['used'])
    },

    async quota(user) {
      const { quota } = (await helpers.call(user, 'quota', {}, again)).header as {
        quota?: { used?: unknown; limit?: unknown }
      }
      return quota === undefined ? undefined : { used: Number(quota.used), limit: Number(quota.limit) }
    },
  }
}
