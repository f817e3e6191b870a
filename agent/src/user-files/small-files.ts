import * as fs from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Failure } from '../kit/failure.ts'
import { Slices } from '../kit/slices.ts'
import { asError, type Chain, Folders } from './folders.ts'
import { hasCode } from './listing.ts'
import { nameRefused, numberedName, refusalOf } from './names.ts'
import type { UserFiles } from './user-files.ts'

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = fs.constants
const FILE = 0o600

/** Files that wait for the disk at a time, open, while others are written. */
const MAX_SYNCING = 128
/** A name with more numbers than this has been taken on purpose. */
const MAX_NUMBER = 10_000
/** Larger ones are not compared byte by byte. */
const MAX_COMPARED = 1 << 20

const sync = promisify(fs.fsync)

/** Work that goes on behind one's back, up to a limit. */
class Background {
  #running = 0
  #waiting: { below: number; go: () => void } | undefined

  start(work: () => Promise<void>): void {
    this.#running++
    void work().finally(() => {
      this.#running--
      if (this.#waiting === undefined || this.#running >= this.#waiting.below) return
      this.#waiting.go()
      this.#waiting = undefined
    })
  }

  /** Resolves when fewer than `limit` are under way. */
  async fewerThan(limit: number): Promise<void> {
    if (this.#running >= limit) await new Promise<void>((go) => (this.#waiting = { below: limit, go }))
  }
}

/** The folder and the last segment of a path, which must be a plain name. Throws NAME_REFUSED. */
function split(path: string): { folder: string; name: string } {
  const slash = path.lastIndexOf('/')
  return { folder: path.slice(0, Math.max(slash, 0)), name: oneName(path.slice(slash + 1)) }
}

function oneName(name: string): string {
  const refusal = refusalOf(name)
  if (refusal !== undefined) throw nameRefused(refusal)
  return name
}

function create(path: string): number {
  const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
  try {
    return fs.openSync(path, flags, FILE)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
    fs.unlinkSync(path)
    return fs.openSync(path, flags, FILE)
  }
}

/** Returns the file, open. What could not be written whole is removed. */
function write(path: string, bytes: Buffer): number {
  const file = create(path)
  try {
    for (let done = 0; done < bytes.length;) done += fs.writeSync(file, bytes, done)
    return file
  } catch (error) {
    fs.closeSync(file)
    fs.unlinkSync(path)
    throw error
  }
}

function read(path: string): Buffer {
  // Not blocking: what was a file a moment ago may be a pipe now.
  const file = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    return fs.readFileSync(file)
  } finally {
    fs.closeSync(file)
  }
}

function isSame(path: string, there: fs.Stats, from: string): boolean {
  const { size } = fs.lstatSync(from)
  return there.isFile() && there.size === size && size <= MAX_COMPARED && read(path).equals(read(from))
}

/** Renames `from` to the first name that is free, or removes it where it is there already. Returns the name. */
function place(folder: string, from: string, name: string): { name: string; isNew: boolean } {
  for (let number = 1; number <= MAX_NUMBER; number++) {
    const candidate = numberedName(name, number)
    const path = join(folder, candidate)
    const there = fs.lstatSync(path, { throwIfNoEntry: false })
    if (there === undefined) {
      fs.renameSync(from, path)
      return { name: candidate, isNew: true }
    }
    if (isSame(path, there, from)) {
      fs.unlinkSync(from)
      return { name: candidate, isNew: false }
    }
  }
  throw new Failure('CONFLICT', 'Too many files of that name are there already.')
}

async function syncFolder(path: string): Promise<void> {
  const folder = fs.openSync(path, O_RDONLY)
  try {
    await sync(folder)
  } finally {
    fs.closeSync(folder)
  }
}

/**
 * Small files by the thousand, by this process's own account; see UserFiles. The calls are made in this thread, in slices: for
 * a small file, handing each of them to another one takes twice the processor's time (measured).
 */
export function createSmallFiles(chain: Chain): Pick<UserFiles, 'writeFiles' | 'placeFiles'> {
  return {
    async writeFiles(user, files) {
      const outcomes = Array.from<Error | undefined>({ length: files.length })
      const folders = new Folders((path) => chain(user, path), { make: true })
      const slices = new Slices()
      const finish = async ({ file, index, path }: { file: number; index: number; path: string }) => {
        try {
          await sync(file)
        } catch (error) {
          outcomes[index] = asError(error)
          fs.rmSync(path, { force: true })
        } finally {
          fs.closeSync(file)
        }
      }
      const syncing = new Background()
      for (const [index, { path, bytes }] of files.entries()) {
        try {
          const { folder, name } = split(path)
          const at = `${folders.at(folder)}/${name}`
          const file = write(at, bytes)
          syncing.start(() => finish({ file, index, path: at }))
        } catch (error) {
          outcomes[index] = asError(error)
        }
        await syncing.fewerThan(MAX_SYNCING)
        await slices.pause()
      }
      await syncing.fewerThan(1)
      await Promise.all([...folders.changed].map(syncFolder))
      return outcomes
    },

    async placeFiles(user, files) {
      const outcomes = Array.from<string | Error>({ length: files.length })
      const folders = new Folders((path) => chain(user, path), { make: false })
      const slices = new Slices()
      for (const [index, { path, name }] of files.entries()) {
        try {
          const { folder, name: from } = split(path)
          const at = folders.at(folder)
          const placed = place(at, `${at}/${from}`, oneName(name))
          if (placed.isNew) folders.changed.add(at)
          outcomes[index] = folder === '' ? placed.name : `${folder}/${placed.name}`
        } catch (error) {
          outcomes[index] = asError(error)
        }
        await slices.pause()
      }
      await Promise.all([...folders.changed].map(syncFolder))
      return outcomes
    },
  }
}
