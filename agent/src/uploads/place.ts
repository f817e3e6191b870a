import { numberedName, partialName, type UserFiles } from '../user-files/index.ts'
import { KeyedLock } from './locks.ts'
import type { UploadRow, UploadStore } from './store.ts'

type Place = Pick<UploadRow, 'label' | 'class' | 'folder'>

/** Relative to the user's area: `jobs/<label>/<class>[/<folder>]`. */
export const folderOf = ({ label, class: fileClass, folder }: Place): string =>
  ['jobs', label, fileClass, ...(folder === '' ? [] : [folder])].join('/')

/** Where the bytes gather: beside the target, so that finishing is a rename. */
export const partialPath = (row: Place & { id: string }): string => `${folderOf(row)}/${partialName(row.id)}`

/** Gives whole files their names. */
export class Placing {
  readonly #files: UserFiles
  readonly #store: UploadStore
  readonly #locks = new KeyedLock()

  constructor(files: UserFiles, store: UploadStore) {
    this.#files = files
    this.#store = store
  }

  /**
   * Renames the partial file to its name. A file of that name stays, and the new one gets a number; unless it is the
   * same file (digest and size), which is then used. The path is stored before the rename, so that after a crash
   * between the two it is known what happened. Returns the path in the user's area.
   */
  place(row: UploadRow): Promise<string> {
    const folder = folderOf(row)
    return this.#locks.run(`${row.user}/${folder}`, async () => {
      if (row.path !== null && (await this.isPlaced(row, row.path))) return row.path
      for (let number = 1; ; number++) {
        const path = `${folder}/${numberedName(row.filename, number)}`
        const there = await this.#files.stat(row.user, path)
        if (there === undefined) {
          await this.#store.update(row.id, { path })
          await this.#files.rename(row.user, partialPath(row), path)
          return path
        }
        const twin = await this.#store.storedAt(row.user, path)
        if (twin?.digest === row.digest && twin.chunk_size === row.chunk_size && there.size === row.size) {
          await this.#files.remove(row.user, partialPath(row))
          return path
        }
      }
    })
  }

  /**
   * The same for many small ones of a user that are on the disk; a file that is there counts as the same by its bytes. An
   * outcome for each in order: its path, or what kept it from getting a name.
   */
  placeAll(user: string, rows: readonly UploadRow[]): Promise<(string | Error)[]> {
    const files = rows.map((row) => ({ path: partialPath(row), name: row.filename }))
    const work = () => this.#files.placeFiles(user, files)
    // Always in the same order, so that no two wait for each other.
    const folders = [...new Set(rows.map(folderOf))].sort()
    return folders.reduceRight((inner, folder) => () => this.#locks.run(`${user}/${folder}`, inner), work)()
  }

  /** Whether the rename was done before a crash. */
  async isPlaced(row: UploadRow, path: string): Promise<boolean> {
    if ((await this.#files.stat(row.user, partialPath(row))) !== undefined) return false
    return (await this.#files.stat(row.user, path))?.size === row.size
  }
}
