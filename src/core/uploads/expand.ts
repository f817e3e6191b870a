import type { Stats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Output } from '../../../contract/app.ts'
import type { PickedFile } from '../../../contract/uploads.ts'
import { appError } from '../kit/app-error.ts'

type Expanded = Output<'uploads', 'expand'>
type SkipReason = Expanded['skipped'][number]['reason']

/** Enough to keep the disk busy, few enough to leave threads for the uploads that run. */
const PARALLEL = 16
const MOST_FILES = 100_000

interface Entry {
  path: string
  name: string
  folder: string
}

const byPlace = (a: PickedFile, b: PickedFile): number =>
  a.folder < b.folder ? -1 : a.folder > b.folder ? 1 : a.name < b.name ? -1 : a.name > b.name ? 1 : 0

/**
 * Walks dropped paths: files as they are, folders with all they hold; `folder` begins with the dropped folder's own name.
 * Links are not followed (they may lead out of what was dropped, or in circles); they, devices and sockets and what
 * cannot be read are named in `skipped`. Names are NFC; files come by folder, then by name.
 *
 * @throws AppError BAD_INPUT for more than 100,000 files, CANCELLED.
 */
export async function expand(paths: readonly string[], signal: AbortSignal): Promise<Expanded> {
  const skipped: Expanded['skipped'] = []
  const found: PickedFile[] = []
  let level: Entry[] = paths.map((path) => {
    const whole = resolve(path)
    return { path: whole, name: basename(whole).normalize('NFC'), folder: '' }
  })
  while (level.length > 0) {
    const next: Entry[] = []
    await inParallel(level, async (entry) => {
      if (signal.aborted) throw appError('CANCELLED', {}, 'Walking the folder was cancelled.')
      const skip = (reason: SkipReason) => skipped.push({ path: entry.path, reason })
      const stats = await lstat(entry.path).catch(() => undefined)
      if (stats === undefined) skip('unreadable')
      else if (stats.isSymbolicLink()) skip('link')
      else if (stats.isFile()) found.push(picked(entry, stats))
      else if (!stats.isDirectory()) skip('special')
      else {
        const names = await readdir(entry.path).catch(() => undefined)
        if (names === undefined) skip('unreadable')
        else for (const name of names) next.push(inside(entry, name))
      }
    })
    if (found.length > MOST_FILES) {
      throw appError('BAD_INPUT', { path: '/paths', reason: `more than ${MOST_FILES} files` }, 'Too many files.')
    }
    level = next
  }
  found.sort(byPlace)
  return { files: found, skipped }
}

const inside = (parent: Entry, name: string): Entry => ({
  path: join(parent.path, name),
  name: name.normalize('NFC'),
  folder: parent.folder === '' ? parent.name : `${parent.folder}/${parent.name}`,
})

const picked = ({ path, name, folder }: Entry, { size, mtimeMs }: Stats): PickedFile => ({
  name,
  folder,
  size,
  modified: mtimeMs,
  source: { kind: 'path', path },
})

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: PARALLEL }, worker))
}
