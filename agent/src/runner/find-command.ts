import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { Command } from './runner.ts'

/** Where Slurm's commands are usually installed, beside what the PATH names. */
const USUAL = ['/usr/bin', '/usr/local/bin', '/opt/slurm/bin']

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

/** Looks commands up by name: the folder of the settings first, then the PATH, then the usual places. */
export class CommandFinder {
  readonly #folders: string[]
  readonly #found = new Map<Command, string>()

  constructor(searchPath: string, own?: string) {
    // An empty or relative entry of a PATH means the working directory, where anybody's file may lie.
    const folders = [own ?? '', ...searchPath.split(':'), ...USUAL].filter((folder) => isAbsolute(folder))
    this.#folders = [...new Set(folders)]
  }

  /** The absolute path; undefined where there is none, which is asked anew each time: it may be installed meanwhile. */
  async find(command: Command): Promise<string | undefined> {
    const known = this.#found.get(command)
    if (known !== undefined) return known
    for (const folder of this.#folders) {
      const path = join(folder, command)
      if (!(await isProgram(path))) continue
      this.#found.set(command, path)
      return path
    }
    return undefined
  }

  /** After a path turned out to be gone. */
  forget(command: Command): void {
    this.#found.delete(command)
  }
}
