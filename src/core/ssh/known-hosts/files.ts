import { randomUUID } from 'node:crypto'
import { access, appendFile, constants, mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { appError } from '../../kit/app-error.ts'
import { syncFolder } from '../../kit/files.ts'

/** No known_hosts is that large, and it is read whole. */
const largest = 32 * 1024 * 1024

function failed(path: string, host: string, detail: string): Error {
  return appError(
    'SSH_FAILED',
    { host, reason: 'config', detail: `${path}: ${detail}` },
    `Cannot use ${path}: ${detail}.`,
  )
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unreadable'
}

/** The file as latin1 text, so that its bytes can be written back as they are. A missing one is empty. */
export async function readBytes(path: string, host: string): Promise<string> {
  try {
    if ((await stat(path)).size > largest) throw failed(path, host, 'too large')
    return (await readFile(path)).toString('latin1')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ''
    throw error instanceof Error && 'value' in error ? error : failed(path, host, codeOf(error))
  }
}

/** Whether the file is there, regular, and may be changed by this user. */
export async function changeable(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

/**
 * Writes a file whole (0600), its folder made (0700) where it is missing. Unlike `writeWhole` of the kit it takes bytes, uses
 * a name of its own for the half-written file, since ssh and another Headway write here too, and follows a symbolic link
 * rather than replacing it. What is no regular file, /dev/null for one, is never replaced.
 */
export async function writeBytes(path: string, text: string, host: string): Promise<void> {
  const bytes = Buffer.from(text, 'latin1')
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const target = await realpath(path).catch(() => path)
    const there = await stat(target).catch(() => undefined)
    if (there !== undefined && !there.isFile()) return await appendFile(target, bytes)
    const next = `${target}.${randomUUID().slice(0, 8)}.new`
    try {
      const file = await open(next, 'wx', 0o600)
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(next, target)
    } catch (error) {
      await rm(next, { force: true })
      throw error
    }
    await syncFolder(dirname(target))
  } catch (error) {
    throw failed(path, host, codeOf(error))
  }
}
