import { lstat, mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { constants } from 'node:os'
import { join, parse } from 'node:path'
import type { Collision } from '../../../contract/results.ts'
import { appError, AppError } from '../kit/app-error.ts'

/** Node has no word for EDQUOT, and gives its number. */
const QUOTA = `Unknown system error -${constants.errno.EDQUOT}`

const hasCode = (error: unknown, ...codes: string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code))

/**
 * The last part of an agent's path as a name for this machine: it comes from the head node, so it may hold anything.
 * Characters and names that some system gives a meaning to are changed, a leading dot too (no `.bashrc` by surprise).
 */
export function localName(path: string): string {
  const last = path.normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const clean = last
    .replaceAll(/[\p{Cc}<>:"|?*]/gu, '_')
    .replace(/[. ]+$/, '')
    .replace(/^\./, '_')
  const name = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(clean) ? `_${clean}` : clean
  return name === '' ? 'file' : shorten(name)
}

/** Most file systems take 255 bytes; some room is left for `(2)` and the part's ending. */
function shorten(name: string): string {
  const { name: stem, ext } = parse(name)
  let short = stem
  while (Buffer.byteLength(short + ext) > 200 && short !== '') short = Array.from(short).slice(0, -1).join('')
  return short === '' ? 'file' : short + ext
}

/** Whether anything has that name in the folder. */
export const isThere = (folder: string, name: string): Promise<boolean> =>
  lstat(join(folder, name)).then(
    () => true,
    () => false,
  )

/**
 * Gives the finished part its name: `mesh.frd`, or `mesh (2).frd` where that is taken. Nothing is overwritten but where the
 * user said `replace`.
 */
export async function placeFile(
  part: string,
  folder: string,
  name: string,
  collision: Collision = 'keep-both',
): Promise<string> {
  if (collision === 'replace') {
    await rename(part, join(folder, name))
    return join(folder, name)
  }
  const { name: stem, ext } = parse(name)
  for (let number = 1; ; number += 1) {
    const path = join(folder, number === 1 ? name : `${stem} (${number})${ext}`)
    try {
      // Ours from here on; the rename then replaces our own empty file.
      await (await open(path, 'wx', 0o600)).close()
    } catch (error) {
      if (hasCode(error, 'EEXIST')) continue
      throw error
    }
    await rename(part, path)
    return path
  }
}

/** Gives a finished folder its name, or `results (2)` where that is taken. */
export async function claimFolder(part: string, folder: string, name: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const path = join(folder, number === 1 ? name : `${name} (${number})`)
    try {
      await mkdir(path)
    } catch (error) {
      if (hasCode(error, 'EEXIST')) continue
      throw error
    }
    // Windows renames onto no folder, not even an empty one.
    await rmdir(path)
    await rename(part, path)
    return path
  }
}

/** Moves all files of a finished folder to their places in another one, in the place of those there; gives that folder. */
export async function mergeFolder(part: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  for (const entry of await readdir(part, { withFileTypes: true })) {
    const from = join(part, entry.name)
    if (entry.isDirectory()) await mergeFolder(from, join(folder, entry.name))
    else await rename(from, join(folder, entry.name))
  }
  await rm(part, { recursive: true, force: true })
  return folder
}

/** What this machine's file system said, as an error of the closed set; others as they are. */
export function localFailure(error: unknown, name: string, needed: number): unknown {
  if (error instanceof AppError) return error
  if (hasCode(error, 'ENOSPC', QUOTA))
    return appError('NO_SPACE', { needed, free: 0, here: true }, 'This disk is full.')
  if (
    hasCode(
      error,
      'EACCES',
      'EPERM',
      'EROFS',
      'EEXIST',
      'ENOTDIR',
      'EISDIR',
      'ENOTEMPTY',
      'ENOENT',
      'ENAMETOOLONG',
      'EINVAL',
    )
  ) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : ''
    return appError('FILE_UNREADABLE', { name, reason }, `${name} cannot be written here (${reason}).`)
  }
  return error
}
