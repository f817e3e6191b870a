import { constants, type Stats } from 'node:fs'
import * as fs from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { Failure } from '../kit/failure.ts'
import { filesBelow, folderPage, hasCode, lstat, plainEntry, usedBelow } from './listing.ts'
import { nameRefused, refusalOf, segmentsOf } from './names.ts'
import { quotaOf } from './quota.ts'
import { createSmallFiles } from './small-files.ts'
import type { UserFiles } from './user-files.ts'

const FOLDER = 0o700
const FILE = 0o600
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR } = constants

const missing = () => new Failure('NOT_FOUND', 'There is no such file.')

/** Where a user's area is: `names` are the folders from `top` down to it, made where they are missing, and no links. */
export interface Area {
  top: string
  names: readonly string[]
}

/** Every user's area in one folder of the agent. */
export function areasIn(uploads: string): (user: string) => Area {
  const top = join(uploads, 'users')
  return (user) => {
    const refusal = refusalOf(user)
    if (refusal !== undefined) throw nameRefused(refusal)
    return { top, names: [user] }
  }
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
 * Users' files by this process's own account: the agent's, or in site mode that of the helper.
 *
 * No component of an area may be a symbolic link: each is looked at with lstat before use, and the last one is opened with
 * O_NOFOLLOW. What remains is a race: Node has no openat, so whoever may write into the folders (0700: this account, hence
 * also its jobs) could swap a folder for a link between the look and the open. It would lead to what that account may reach
 * anyway. `base` lies on the file system that holds all areas.
 */
export function createOwnFiles(areaOf: (user: string) => Area, base: string): UserFiles {
  const chain = (user: string, path: string): { top: string; names: string[] } => {
    const { top, names } = areaOf(user)
    return { top, names: [...names, ...segmentsOf(path)] }
  }

  const absolute = async (user: string, path: string) => {
    const { top, names } = chain(user, path)
    return join(top, ...names)
  }

  /** The absolute path, after every folder on the way was found to be a folder. Throws NOT_FOUND or NAME_REFUSED. */
  const walk = async (user: string, path: string): Promise<{ path: string; stats: Stats | undefined }> => {
    const { top, names } = chain(user, path)
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

  const folder = async (user: string, path: string): Promise<string> => {
    const place = await walk(user, path)
    if (place.stats?.isDirectory() !== true) throw missing()
    return place.path
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
      const { top, names } = chain(user, path)
      await fs.mkdir(top, { recursive: true, mode: FOLDER })
      let at = top
      for (const name of names) {
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
          // What will be in it is to be found after a loss of power.
          await syncFolder(dirname(at))
        }
      }
      return at
    },

    ...createSmallFiles(chain),

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
      try {
        await fs.rm(join(parent.path, ...segmentsOf(last)), { recursive: true, force: true })
      } catch (error) {
        if (hasCode(error, 'ENAMETOOLONG'))
          throw new Failure('CONFLICT', 'Its folders are nested too deep. Remove it in a terminal.')
        if (hasCode(error, 'EACCES', 'EPERM'))
          throw new Failure('FORBIDDEN', 'Its permissions do not let it be removed.')
        throw error
      }
    },

    stat: async (user, path) => plainEntry(path, (await found(user, path))?.stats),

    list: async (user, path, limit) => filesBelow(await folder(user, path), limit),

    listFolder: async (user, path, page) => folderPage(await folder(user, path), page),

    async space(user) {
      const area = user === undefined ? undefined : await found(user, '')
      const { bavail, blocks, bsize } = await fs.statfs(area?.path ?? (await firstThere(base)))
      return { free: bavail * bsize, total: blocks * bsize }
    },

    async usage(user) {
      const area = await found(user, '')
      return area === undefined ? 0 : usedBelow(area.path)
    },

    quota: async (user) => quotaOf(await absolute(user, '')),
  }
}

/** The path, or the nearest folder above it that is there: nothing has to be made for a look at the disk. */
async function firstThere(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) if (at === '/' || (await lstat(at)) !== undefined) return at
}
