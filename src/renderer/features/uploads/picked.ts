import type { Output } from '../../../../contract/app.ts'
import type { PickedFile } from '../../../../contract/uploads.ts'
import type { Services } from '../../app/services.tsx'
import type { PageEntry } from '../../boot/host.ts'

/** Entries that are left out of what was dropped or picked, each with the reason. */
export type Skipped = Output<'uploads', 'expand'>['skipped']

/** A part of what was dropped or picked, ready for the core. */
export interface Picked {
  files: PickedFile[]
  /** Links, devices and unreadable entries of dropped folders. */
  skipped: Skipped
}

/** All of it: the first part is there long before the last, since a browser looks up one file at a time. */
export type Picks = AsyncIterable<Picked>

/** Files in one part; a frame must stay well under the limit of the connection. */
const filesPerPart = 1000
/** Directory listings that are looked up beside each other. */
const ahead = 8
/** The longest that sending waits for a drop to be listed, in milliseconds; the core waits longer for bytes it has asked for. */
const listingMs = 10_000
/** Milliseconds after which the page has its turn. */
const turnMs = 12

const join = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`)
const nextTask = () => new Promise((resolve) => setTimeout(resolve))

/** A file with its place inside a dropped folder, with `/`, empty at the top. */
interface Found {
  entry: FileSystemFileEntry
  folder: string
}
/** Chromium and Safari know size and time of an entry without opening it, three times as fast. */
interface KnowsMetadata {
  getMetadata(done: (known: { size: number; modificationTime: Date }) => void, failed: (error: unknown) => void): void
}
const knowsMetadata = (entry: object): entry is KnowsMetadata => 'getMetadata' in entry

const open = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject))

/** Drops that are being listed. */
const listings = new Set<Promise<unknown>>()

/**
 * A browser looks up and opens one file after another, and opening takes it eight times as long: a drop is listed first,
 * then sent.
 */
async function openLater(entry: FileSystemFileEntry): Promise<File> {
  await Promise.all(listings)
  return open(entry)
}

function listing(): () => void {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  listings.add(promise)
  const end = () => {
    clearTimeout(timer)
    listings.delete(promise)
    resolve(undefined)
  }
  const timer = setTimeout(end, listingMs)
  return end
}

async function describe(entry: FileSystemFileEntry): Promise<PageEntry> {
  if (knowsMetadata(entry)) {
    const { size, modificationTime } = await new Promise<{ size: number; modificationTime: Date }>((resolve, reject) =>
      entry.getMetadata(resolve, reject),
    )
    return { size, modified: modificationTime.getTime(), reopens: true, open: () => openLater(entry) }
  }
  const { size, lastModified } = await open(entry)
  return { size, modified: lastModified, reopens: true, open: () => openLater(entry) }
}

/** The entries of a directory in parts: a reader gives at most a hundred at a time. */
async function* entriesOf(directory: FileSystemDirectoryEntry): AsyncGenerator<FileSystemEntry[]> {
  const reader = directory.createReader()
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (part.length === 0) return
    yield part
  }
}

/** The files under entries, folders walked to the bottom, as they are found. */
async function* filesUnder(
  entries: readonly FileSystemEntry[],
  folder: string,
  skipped: Skipped,
): AsyncGenerator<Found[]> {
  yield entries.filter((entry) => entry.isFile).map((entry) => ({ entry: entry as FileSystemFileEntry, folder }))
  for (const entry of entries) {
    if (!entry.isDirectory) continue
    const inside = join(folder, entry.name)
    try {
      for await (const part of entriesOf(entry as FileSystemDirectoryEntry)) yield* filesUnder(part, inside, skipped)
    } catch {
      skipped.push({ path: inside, reason: 'unreadable' })
    }
  }
}

/** What dropped entries hold; what cannot be read is named in `skipped`. `sourceOf`: how the core reads each. */
export async function* walkEntries(
  entries: readonly FileSystemEntry[],
  sourceOf: (file: PageEntry) => PickedFile['source'],
): AsyncGenerator<Picked> {
  const skipped: Skipped = []
  const files: PickedFile[] = []
  const lookUp = async ({ entry, folder }: Found): Promise<PickedFile | undefined> => {
    try {
      const file = await describe(entry)
      return { name: entry.name, folder, size: file.size, modified: file.modified, source: sourceOf(file) }
    } catch {
      skipped.push({ path: join(folder, entry.name), reason: 'unreadable' })
      return undefined
    }
  }
  const looking: Promise<(PickedFile | undefined)[]>[] = []
  const take = async () => files.push(...((await looking.shift()) ?? []).filter((file) => file !== undefined))
  const part = (): Picked => ({ files: files.splice(0), skipped: skipped.splice(0) })
  const listed = listing()
  try {
    for await (const found of filesUnder(entries, '', skipped)) {
      looking.push(Promise.all(found.map(lookUp)))
      if (looking.length > ahead) await take()
      if (files.length >= filesPerPart) yield part()
    }
    while (looking.length > 0) {
      await take()
      if (files.length >= filesPerPart) yield part()
    }
    yield part()
  } finally {
    listed()
  }
}

/** The folder of a file chosen through `webkitdirectory`: its relative path without the name. */
export function folderOf(file: File): string {
  const path = file.webkitRelativePath
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** Files chosen in an `<input type="file">`. A browser looks each of them up on the disk when it is first asked its size. */
export async function* pickedFromInput({ host }: Services, chosen: readonly File[]): AsyncGenerator<Picked> {
  let files: PickedFile[] = []
  let turn = performance.now()
  for (const file of chosen) {
    const { name, size, lastModified: modified } = file
    files.push({ name, folder: folderOf(file), size, modified, source: host.sourceOf(file) })
    if (files.length >= filesPerPart) {
      yield { files, skipped: [] }
      files = []
    }
    if (performance.now() - turn < turnMs) continue
    await nextTask()
    turn = performance.now()
  }
  yield { files, skipped: [] }
}

/** What is known as a whole at once. */
export async function* pickedAtOnce(picked: Picked | Promise<Picked>): AsyncGenerator<Picked> {
  yield await picked
}

/** What a drop carries, taken while its event lasts: afterwards the browser empties it. */
export interface Drop {
  entries: FileSystemEntry[]
  files: File[]
}

/** Must be called inside the event. */
export function takeDrop(data: DataTransfer): Drop {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  return { entries, files: [...data.files] }
}

async function* expanded(answer: Promise<Picked>, also: Skipped): AsyncGenerator<Picked> {
  const { files, skipped } = await answer
  yield { files, skipped: [...also, ...skipped] }
}

/** A drop as files for the core: it walks folders itself where it can read them, else the page does. */
export function pickedFromDrop(services: Services, drop: Drop): Picks {
  const { client, host, info } = services
  if (info.capabilities.localPaths) {
    const skipped: Skipped = []
    const paths = drop.files.flatMap((file) => {
      const source = host.sourceOf(file)
      if (source.kind === 'path' && source.path !== '') return [source.path]
      // Dragged out of a program that has it in memory alone.
      skipped.push({ path: file.name, reason: 'unreadable' })
      return []
    })
    return expanded(client.call('uploads', 'expand', { paths }), skipped)
  }
  return drop.entries.length > 0
    ? walkEntries(drop.entries, (file) => host.sourceOf(file))
    : pickedFromInput(services, drop.files)
}

/** All parts as one. */
export async function wholeOf(picks: Picks): Promise<Picked> {
  const whole: Picked = { files: [], skipped: [] }
  for await (const { files, skipped } of picks) {
    whole.files.push(...files)
    whole.skipped.push(...skipped)
  }
  return whole
}
