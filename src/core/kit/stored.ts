import { readFile, rename } from 'node:fs/promises'
import type { Logger } from '../platform.ts'
import { writeWhole } from './files.ts'

/** A small JSON file of ours: `{version, value}`. */
export interface StoredFile<T> {
  path: string
  /** Steps from version n+1 to n+2, pure; the file's version now is their number plus one. */
  migrations: readonly ((value: unknown) => unknown)[]
  /** The value where it fits, undefined where it does not. */
  read: (value: unknown) => T | undefined
  initial: T
  log: Logger
}

export interface Stored<T> {
  readonly value: T
  /** Changes and saves; the promise is kept once the disk has it. Saves follow one another. */
  set(value: T): Promise<void>
}

/** Brings a stored text to today's version; undefined where it cannot be understood. */
export function upgrade<T>(text: string, file: Pick<StoredFile<T>, 'migrations' | 'read'>): T | undefined {
  try {
    const stored: unknown = JSON.parse(text)
    if (typeof stored !== 'object' || stored === null || !('version' in stored) || !('value' in stored))
      return undefined
    const { version } = stored
    if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) return undefined
    if (version > file.migrations.length + 1) return undefined
    return file.read(file.migrations.slice(version - 1).reduce((value, step) => step(value), stored.value))
  } catch {
    return undefined
  }
}

/** Opens the file. One that cannot be understood (damaged, or of a newer Headway) is kept as `.bak`, with a line in the log. */
export async function openStored<T>(file: StoredFile<T>): Promise<Stored<T>> {
  const text = await readFile(file.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  const found = text === undefined ? undefined : upgrade(text, file)
  if (text !== undefined && found === undefined) {
    await rename(file.path, `${file.path}.bak`)
    file.log.warn('a file could not be understood; it was kept as .bak and begun anew', { file: file.path })
  }
  let value = found ?? file.initial
  let saving = Promise.resolve()
  return {
    get value() {
      return value
    },
    set(next) {
      value = next
      const text = `${JSON.stringify({ version: file.migrations.length + 1, value }, undefined, 2)}\n`
      const saved = saving.then(() => writeWhole(file.path, text))
      saving = saved.catch(() => undefined)
      return saved
    },
  }
}
