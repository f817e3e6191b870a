import type { PickedFile } from '../../../../contract/uploads.ts'
import type { Output } from '../../../../contract/app.ts'
import type { Services } from '../../app/services.tsx'

/** A file as the page got it, with its place inside a dropped or chosen folder. */
export interface PageFile {
  file: File
  /** With `/`, empty at the top. */
  folder: string
}

type Skipped = Output<'uploads', 'expand'>['skipped']

/** What was dropped or picked, ready for the core. */
export interface Picked {
  files: PickedFile[]
  /** Links, devices and unreadable entries of dropped folders. */
  skipped: Skipped
}

const join = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`)

/** All entries of a directory; a reader gives at most a hundred at a time. */
async function entriesOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (batch.length === 0) return all
    all.push(...batch)
  }
}

/** The files under dropped entries, folders walked to the bottom; what cannot be read is named in `skipped`. */
export async function walkEntries(
  entries: readonly FileSystemEntry[],
): Promise<{ files: PageFile[]; skipped: Skipped }> {
  const files: PageFile[] = []
  const skipped: Skipped = []
  const walk = async (entry: FileSystemEntry, folder: string): Promise<void> => {
    try {
      if (entry.isFile) {
        const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))
        files.push({ file, folder })
      } else if (entry.isDirectory) {
        const inside = join(folder, entry.name)
        for (const child of await entriesOf(entry as FileSystemDirectoryEntry)) await walk(child, inside)
      }
    } catch {
      skipped.push({ path: join(folder, entry.name), reason: 'unreadable' })
    }
  }
  for (const entry of entries) await walk(entry, '')
  return { files, skipped }
}

/** The folder of a file chosen through `webkitdirectory`: its relative path without the name. */
export function folderOf(file: File): string {
  const path = file.webkitRelativePath
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

function pickedFile(services: Services, { file, folder }: PageFile): PickedFile {
  return { name: file.name, folder, size: file.size, modified: file.lastModified, source: services.host.sourceOf(file) }
}

/** Files chosen in an `<input type="file">`. */
export function pickedFromInput(services: Services, files: readonly File[]): Picked {
  return { files: files.map((file) => pickedFile(services, { file, folder: folderOf(file) })), skipped: [] }
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

/** A drop as files for the core: it walks folders itself where it can read them, else the page does. */
export async function pickedFromDrop(services: Services, drop: Drop): Promise<Picked> {
  if (services.info.capabilities.localPaths) {
    const sources = drop.files.map((file) => services.host.sourceOf(file))
    const paths = sources.flatMap((source) => (source.kind === 'path' && source.path !== '' ? [source.path] : []))
    if (paths.length === drop.files.length) return services.client.call('uploads', 'expand', { paths })
  }
  const { files, skipped } =
    drop.entries.length > 0
      ? await walkEntries(drop.entries)
      : { files: drop.files.map((file) => ({ file, folder: '' })), skipped: [] }
  return { files: files.map((file) => pickedFile(services, file)), skipped }
}
