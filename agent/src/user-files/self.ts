import { constants, type Stats } from 'node:fs'
import * as fs from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { Config } from '../config.ts'
import { Failure } from '../kit/failure.ts'
import { nameRefused, refusalOf } from './names.ts'
import type { FileEntry, UserFiles } from './user-files.ts'

const FOLDER = 0o700
const FILE = 0o600
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR } = constants

const hasCode = (error: unknown, ...codes: string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code))

const missing = () => new Failure('NOT_FOUND', 'There is no such file.')

async function lstat(path: string): Promise<Stats | undefined> {
  try {
    return await fs.lstat(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

/** The path's segments, each a plain name. Throws NAME_REFUSED. */
function segmentsOf(path: string): string[] {
  if (path === '') return []
  const segments = path.split('/')
  for (const segment of segments) {
    const refusal = refusalOf(segment)
    if (refusal !== undefined) throw nameRefused(refusal)
  }
  return segments
}

function chain(user: string, path: string): string[] {
  const refusal = refusalOf(user)
  if (refusal !== undefined) throw nameRefused(refusal)
  return [user, ...segmentsOf(path)]
}

async function syncFolder(path: string): Promise<void> {
  const handle = await fs.open(path, O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Users' files where the agent is the user, or owns all of them.
 *
 * No component below `<uploads>` may be a symbolic link: each is looked at with lstat before use, and the last one is
 * opened with O_NOFOLLOW. What remains is a race: Node has no openat, so whoever may write into the folders (0700: the
 * agent's own account, hence also its local jobs) could swap a folder for a link between the look and the open.
 */
export function createUserFiles(config: Pick<Config, 'uploads'>): UserFiles {
  const top = join(config.uploads, 'users')

  const absolute = (user: string, path: string) => join(top, ...chain(user, path))

  /** The absolute path, after every folder on the way was found to be a folder. Throws NOT_FOUND or NAME_REFUSED. */
  const walk = async (user: string, path: string): Promise<{ path: string; stats: Stats | undefined }> => {
    const names = chain(user, path)
    let at = top
    let stats: Stats | undefined
    for (const [index, name] of names.entries()) {
      at = join(at, name)
      stats = await lstat(at)
      if (stats?.isSymbolicLink() === true) throw nameRefused('traversal')
      if (index < names.length - 1 && stats?.isDirectory() !== true) throw missing()
    }
    return { path: at, stats }
  }

  /** The same; undefined where there is nothing. */
  const found = async (user: string, path: string): Promise<{ path: string; stats: Stats } | undefined> => {
    try {
      const { path: at, stats } = await walk(user, path)
      return stats === undefined ? undefined : { path: at, stats }
    } catch (error) {
      if (error instanceof Failure && error.code === 'NOT_FOUND') return undefined
      throw error
    }
  }

  const open = async (user: string, path: string, flags: number): Promise<fs.FileHandle> => {
    const place = await walk(user, path)
    // Anything else than a regular file (a pipe left by a job) could block its opener for ever.
    if (place.stats !== undefined && !place.stats.isFile()) throw missing()
    try {
      return await fs.open(place.path, flags | O_NOFOLLOW, FILE)
    } catch (error) {
      if (hasCode(error, 'ENOENT')) throw missing()
      if (hasCode(error, 'ELOOP')) throw nameRefused('traversal')
      if (hasCode(error, 'EEXIST')) throw new Failure('CONFLICT', 'A file of that name exists already.')
      throw error
    }
  }

  return {
    absolute,

    async makeFolder(user, path) {
      await fs.mkdir(top, { recursive: true, mode: FOLDER })
      let at = top
      for (const name of chain(user, path)) {
        at = join(at, name)
        const stats = await lstat(at)
        if (stats?.isSymbolicLink() === true) throw nameRefused('traversal')
        if (stats !== undefined && !stats.isDirectory()) {
          throw new Failure('CONFLICT', 'A file stands where the folder would be.')
        }
        if (stats === undefined) {
          await fs.mkdir(at, { mode: FOLDER }).catch((error: unknown) => {
            if (!hasCode(error, 'EEXIST')) throw error
          })
        }
      }
      return at
    },

    openRead: (user, path) => open(user, path, O_RDONLY),
    openWrite: (user, path, { exclusive }) => open(user, path, O_RDWR | O_CREAT | (exclusive ? O_EXCL : 0)),

    async rename(user, from, to) {
      const source = await walk(user, from)
      const target = await walk(user, to)
      if (source.stats === undefined) throw missing()
      await fs.rename(source.path, target.path)
      const folders = new Set([dirname(target.path), dirname(source.path)])
      for (const folder of folders) await syncFolder(folder)
    },

    async link(user, target, at) {
      const source = await walk(user, target)
      if (source.stats === undefined) throw missing()
      const place = await walk(user, at)
      // Relative, so that the area can be moved or mounted elsewhere on the compute nodes.
      await fs.symlink(relative(dirname(place.path), source.path), place.path)
    },

    async remove(user, path) {
      if (path === '') throw nameRefused('empty')
      // Removing follows no link, so a link may be the last component, though none may be on the way.
      const names = path.split('/')
      const last = names.pop() ?? ''
      const parent = await found(user, names.join('/'))
      if (parent === undefined) return
      await fs.rm(join(parent.path, ...segmentsOf(last)), { recursive: true, force: true })
    },

    async stat(user, path) {
      const stats = (await found(user, path))?.stats
      if (stats === undefined || !(stats.isFile() || stats.isDirectory())) return undefined
      return { path, size: stats.size, modified: stats.mtime, kind: stats.isFile() ? 'file' : 'folder' }
    },

    async list(user, path, limit) {
      const root = await walk(user, path)
      if (root.stats?.isDirectory() !== true) throw missing()
      const entries: FileEntry[] = []
      const visit = async (folder: string, prefix: string): Promise<void> => {
        // A running job may remove a folder at any time.
        const children = await fs.readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
          if (hasCode(error, 'ENOENT')) return []
          throw error
        })
        children.sort((a, b) => (a.name < b.name ? -1 : 1))
        for (const child of children) {
          if (entries.length >= limit) return
          if (child.isDirectory()) {
            await visit(join(folder, child.name), `${prefix}${child.name}/`)
          } else if (child.isFile()) {
            const stats = await lstat(join(folder, child.name))
            if (stats?.isFile() !== true) continue
            entries.push({ path: prefix + child.name, size: stats.size, modified: stats.mtime, kind: 'file' })
          }
        }
      }
      await visit(root.path, '')
      return entries
    },

    async space() {
      await fs.mkdir(top, { recursive: true, mode: FOLDER })
      const { bavail, blocks, bsize } = await fs.statfs(top)
      return { free: bavail * bsize, total: blocks * bsize }
    },
  }
}
