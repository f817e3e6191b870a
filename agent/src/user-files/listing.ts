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

/** Undefined where there is nothing. */
export async function lstat(path: string): Promise<Stats | undefined> {
  try {
    return await fs.lstat(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

/** In the order of their names. A running job may remove a folder at any time: then it has no entries. */
async function childrenOf(folder: string): Promise<Dirent[]> {
  const children = await fs.readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return []
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

/** Regular files below `top`, at most `limit`, folder by folder. */
export async function filesBelow(top: string, limit: number): Promise<FileEntry[]> {
  const entries: FileEntry[] = []
  const visit = async (folder: string, prefix: string): Promise<void> => {
    for (const child of await childrenOf(folder)) {
      if (entries.length >= limit) return
      if (child.isDirectory()) {
        await visit(join(folder, child.name), `${prefix}${child.name}/`)
      } else if (child.isFile()) {
        const stats = await lstat(join(folder, child.name))
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
    const found = await Promise.all(part.map(async ({ name }) => plainEntry(name, await lstat(join(folder, name)))))
    for (const entry of found) if (entry !== undefined) entries.push(entry)
  }
  return { entries, total: children.length }
}

/** Bytes of all files below `top`; undefined where there are too many. */
export async function usedBelow(top: string): Promise<number | undefined> {
  const entries = await filesBelow(top, MOST_COUNTED + 1)
  return entries.length > MOST_COUNTED ? undefined : entries.reduce((sum, { size }) => sum + size, 0)
}
