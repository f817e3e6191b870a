import { closeSync, constants, fstatSync, mkdirSync, openSync, readSync, renameSync, lstatSync } from 'node:fs'
import { dirname, join } from 'node:path'

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR } = constants
/** Of the log of an agent in user mode; one older log of this size is kept. Bytes. */
export const MAX_LOG = 10 * 1_048_576

/** `<data>/logs/agent.log`. */
export const logFile = (data: string): string => join(data, 'logs', 'agent.log')

/** Makes a folder with those above it. Step by step: asked for all at once, Node says ENOENT of a disk that is read-only. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    makeFolder(dirname(path))
    // All at once now, as another call may be making the same folder.
    mkdirSync(path, { recursive: true, mode: 0o700 })
  }
}

/** Opens the log for an agent to write behind what is there, 0600; a long one is put aside first. Gives its descriptor. */
export function openLog(data: string): number {
  const path = logFile(data)
  makeFolder(dirname(path))
  if ((lstatSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_LOG) renameSync(path, `${path}.1`)
  return openSync(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600)
}

/** The last of what was written since it had `from` bytes; at most 64 KiB. The descriptor may be of a file put aside since. */
export function readTail(fd: number, from: number): string {
  const size = fstatSync(fd).size
  const start = Math.max(from, size - 65_536)
  const piece = Buffer.alloc(Math.max(0, size - start))
  return piece.toString('utf8', 0, readSync(fd, piece, 0, piece.length, start))
}

export const closeLog = closeSync
