import { mkdir, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { type FSWatcher, watch } from 'chokidar'
import type { Logger } from 'pino'
import type { TemplateSource } from '../../../contract/templates.ts'
import { Failure } from '../kit/failure.ts'
import { LONGEST_SOURCE, readSource, type SourceProblem } from './source.ts'

/** Whose a template file is: shipped with the agent, the site's, or one user's own. */
export type Place = { kind: 'shipped' } | { kind: 'shared' } | { kind: 'private'; owner: string }

/** A template file as it was last read. */
export interface TemplateFile {
  path: string
  place: Place
  text: string
  updatedAt: Date
  read: { source: TemplateSource } | { problem: SourceProblem }
}

export interface Folders {
  shipped: string
  shared: string
  /** One folder for each user in it. */
  private: string
}

export interface Catalogue {
  files(): TemplateFile[]
  /** Written whole or not at all, and read again at once. */
  write(place: Place, name: string, text: string): Promise<TemplateFile>
  remove(file: TemplateFile): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

const isTemplateName = (name: string) => /^[^.].*\.ya?ml$/i.test(name)
const NFS_MAGIC = 0x6969

/**
 * The template files of the three places, kept up to date while the agent runs. A file that breaks replaces its good reading
 * with its problem: nobody submits what is no longer in the file.
 */
export function createCatalogue(folders: Folders, log: Logger, changed: (file?: TemplateFile) => void): Catalogue {
  const files = new Map<string, TemplateFile>()
  const watchers: FSWatcher[] = []
  let last: Promise<void> = Promise.resolve()

  function placeOf(path: string): Place | undefined {
    if (!isTemplateName(basename(path))) return undefined
    if (dirname(path) === folders.shipped) return { kind: 'shipped' }
    if (dirname(path) === folders.shared) return { kind: 'shared' }
    const [owner, name, ...deeper] = relative(folders.private, path).split(sep)
    if (owner === undefined || name === undefined || owner === '..' || deeper.length > 0) return undefined
    return { kind: 'private', owner }
  }

  function folderOf(place: Place): string {
    if (place.kind !== 'private') return folders[place.kind]
    // Names come from tokens, too; one that is no folder's name has no templates of its own.
    if (!/^[^./\\\0][^/\\\0]*$/u.test(place.owner))
      throw new Failure('FORBIDDEN', 'This account cannot keep templates.')
    return join(folders.private, place.owner)
  }

  /** One after another: what was read before a change must not come to the map after it. */
  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work)
    last = turn.then(
      () => undefined,
      () => undefined,
    )
    return await turn
  }

  /** Reads one file again; whether anything is different now. */
  async function reload(path: string): Promise<boolean> {
    const place = placeOf(path)
    if (place === undefined) return false
    try {
      const { mtime, size } = await stat(path)
      const text = size > LONGEST_SOURCE ? '' : await readFile(path, 'utf8')
      const known = files.get(path)
      if (known?.text === text && known.updatedAt.getTime() === mtime.getTime()) return false
      const read =
        size > LONGEST_SOURCE
          ? { problem: { line: 1, reason: `The file is larger than ${LONGEST_SOURCE} bytes.` } }
          : readSource(text)
      files.set(path, { path, place, text, updatedAt: mtime, read })
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        log.warn({ err: error, path }, 'a template cannot be read')
      return files.delete(path)
    }
  }

  async function onEvent(path: string): Promise<void> {
    if (await inTurn(() => reload(path))) changed(files.get(path))
  }

  /** Change events of a network file system never come: ask it instead. */
  async function follow(folder: string, depth: number): Promise<void> {
    const usePolling = (await statfs(folder)).type === NFS_MAGIC
    const watcher = watch(folder, {
      depth,
      ignoreInitial: true,
      usePolling,
      interval: 2000,
      awaitWriteFinish: { stabilityThreshold: 100, pollInterval: 20 },
    })
    watcher.on('all', (event, path) => {
      if (event === 'addDir' || event === 'unlinkDir') return
      onEvent(path).catch((error: unknown) => log.error({ err: error, path }, 'a template could not be reloaded'))
    })
    watcher.on('error', (error) => log.warn({ err: error, folder }, 'templates are not watched'))
    await new Promise<void>((resolve) => void watcher.once('ready', resolve))
    watchers.push(watcher)
  }

  async function readFolder(folder: string): Promise<void> {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isFile()) await reload(join(folder, entry.name))
    }
  }

  return {
    files: () => [...files.values()],

    async write(place, name, text) {
      const folder = folderOf(place)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const path = join(folder, name)
      await inTurn(async () => {
        await writeFile(`${path}.part`, text, { mode: 0o600, flush: true })
        await rename(`${path}.part`, path)
        await reload(path)
      })
      const file = files.get(path)
      if (file === undefined) throw new Error('a template just written is not there')
      changed(file)
      return file
    },

    async remove(file) {
      await inTurn(async () => {
        await rm(file.path, { force: true })
        files.delete(file.path)
      })
      changed()
    },

    async start() {
      for (const folder of [folders.shared, folders.private]) await mkdir(folder, { recursive: true, mode: 0o700 })
      await readFolder(folders.shipped)
      await readFolder(folders.shared)
      for (const entry of await readdir(folders.private, { withFileTypes: true })) {
        if (entry.isDirectory()) await readFolder(join(folders.private, entry.name))
      }
      await follow(folders.shipped, 0)
      await follow(folders.shared, 0)
      await follow(folders.private, 1)
      changed()
    },

    close: async () => void (await Promise.all(watchers.map((watcher) => watcher.close()))),
  }
}
