import type { Dirent, Stats } from 'node:fs'
import * as fs from 'node:fs/promises'
import { join } from 'node:path'
import type { FileEntry, FolderPage } from './user-files.ts'

/** More files than this are not counted while somebody waits. */
const MOST_COUNTED = 100_000
/** Looked at together: enough to hide a network file system's latency, few enough for the threads of others. */
const AT_ONCE = 32

export const hasCode = (error: unknown, ...codes: string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code))

/** What no path leads to: it is not there (any more), or a job has nested folders deeper than a path may be long. */
const away = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']
/** Beside these, what a job has closed to everybody. */
const closed = [...away, 'EACCES', 'EPERM']

/** Undefined where there is nothing. */
export async function lstat(path: string, missing: readonly string[] = away): Promise<Stats | undefined> {
  try {
    return await fs.lstat(path)
  } catch (error) {
    if (hasCode(error, ...missing)) return undefined
    throw error
  }
}

/** In the order of their names. A running job may remove a folder at any time: then it has no entries. */
async function childrenOf(folder: string, missing: readonly string[] = away): Promise<Dirent[]> {
  const children = await fs.readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (hasCode(error, ...missing)) return []
    throw error
  })
  return children.sort((a, b) => (a.name < b.name ? -1 : 1))
}

const entryOf = (path: string, stats: Stats): FileEntry => ({
  path,
  size: stats.size,
  modified: stats.mtime,
  kind: stats.isFile() ? 'file' : 'folder',
})

/** The entry of a file or folder; undefined for all else. */
export const plainEntry = (path: string, stats: Stats | undefined): FileEntry | undefined =>
  stats !== undefined && (stats.isFile() || stats.isDirectory()) ? entryOf(path, stats) : undefined

/** Regular files below `top`, at most `limit`, folder by folder; without those in folders further down that may not be read. */
export async function filesBelow(top: string, limit: number): Promise<FileEntry[]> {
  const entries: FileEntry[] = []
  const visit = async (folder: string, prefix: string): Promise<void> => {
    for (const child of await childrenOf(folder, prefix === '' ? away : closed)) {
      if (entries.length >= limit) return
      if (child.isDirectory()) {
        await visit(join(folder, child.name), `${prefix}${child.name}/`)
      } else if (child.isFile()) {
        const stats = await lstat(join(folder, child.name), closed)
        if (stats?.isFile() === true) entries.push(entryOf(prefix + child.name, stats))
      }
    }
  }
  await visit(top, '')
  return entries
}

/** One page of one level. */
export async function folderPage(
  folder: string,
  { offset, limit, skip = [] }: { offset: number; limit: number; skip?: readonly string[] },
): Promise<FolderPage> {
  const left = new Set(skip)
  const children = (await childrenOf(folder)).filter(
    (child) => (child.isFile() || child.isDirectory()) && !left.has(child.name),
  )
  const wanted = children.slice(offset, offset + limit)
  const entries: FileEntry[] = []
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    const part = wanted.slice(at, at + AT_ONCE)
    const found = await Promise.all(
      part.map(async ({ name }) => plainEntry(name, await lstat(join(folder, name), closed))),
    )
    for (const entry of found) if (entry !== undefined) entries.push(entry)
  }
  return { entries, total: children.length }
}

/** Bytes of all files below `top`; undefined where there are too many. */
export async function usedBelow(top: string): Promise<number | undefined> {
  const entries = await filesBelow(top, MOST_COUNTED + 1)
  return entries.length > MOST_COUNTED ? undefined : entries.reduce((sum, { size }) => sum + size, 0)
}
