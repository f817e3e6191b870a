import * as fs from 'node:fs'
import { dirname, join } from 'node:path'
import { Failure } from '../kit/failure.ts'
import { hasCode } from './listing.ts'
import { nameRefused } from './names.ts'

const FOLDER = 0o700

export const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

/** Where a path of a user's area is: `names` are the folders from `top` down to it. Throws NAME_REFUSED. */
export type Chain = (user: string, path: string) => { top: string; names: string[] }

/** Folders of one user's area, each looked at once. */
export class Folders {
  /** Those with entries that are not on the disk yet. */
  readonly changed = new Set<string>()
  readonly #chain: (path: string) => ReturnType<Chain>
  readonly #make: boolean
  readonly #known = new Map<string, string | Error>()
  readonly #entered = new Map<string, Error | undefined>()

  constructor(chain: (path: string) => ReturnType<Chain>, options: { make: boolean }) {
    this.#chain = chain
    this.#make = options.make
  }

  /**
   * The absolute path of a folder of the area, once it was found to be one, and so all on the way. Throws NAME_REFUSED for a
   * link, CONFLICT for a file, NOT_FOUND for what is missing and not to be made.
   */
  at(path: string): string {
    let known = this.#known.get(path)
    if (known === undefined) {
      known = this.#find(path)
      this.#known.set(path, known)
    }
    if (typeof known === 'string') return known
    throw known
  }

  #find(path: string): string | Error {
    try {
      const { top, names } = this.#chain(path)
      this.#enter(top, names)
      return join(top, ...names)
    } catch (error) {
      return asError(error)
    }
  }

  #enter(top: string, names: readonly string[]): void {
    const path = join(top, ...names)
    if (!this.#entered.has(path)) {
      try {
        if (names.length > 0) this.#enter(top, names.slice(0, -1))
        this.#look(path, names.length === 0)
        this.#entered.set(path, undefined)
      } catch (error) {
        this.#entered.set(path, asError(error))
      }
    }
    const problem = this.#entered.get(path)
    if (problem !== undefined) throw problem
  }

  #look(path: string, isTop: boolean): void {
    if (isTop && this.#make) {
      fs.mkdirSync(path, { recursive: true, mode: FOLDER })
      return
    }
    const stats = fs.lstatSync(path, { throwIfNoEntry: false })
    if (stats?.isDirectory() === true || isTop) return
    if (stats?.isSymbolicLink() === true) throw nameRefused('traversal')
    if (stats !== undefined) throw new Failure('CONFLICT', 'A file stands where the folder would be.')
    if (!this.#make) throw new Failure('NOT_FOUND', 'There is no such file.')
    try {
      fs.mkdirSync(path, { mode: FOLDER })
    } catch (error) {
      // Another upload may have been quicker.
      if (!hasCode(error, 'EEXIST') || !fs.lstatSync(path).isDirectory()) throw error
    }
    this.changed.add(dirname(path))
  }
}
