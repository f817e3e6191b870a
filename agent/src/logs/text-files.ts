import { posix } from 'node:path'
import type { LogFile } from '../../../contract/logs.ts'
import type { JobView } from '../jobs/index.ts'
import { BOOKKEEPING } from '../scheduler/index.ts'
import type { FileEntry, UserFiles } from '../user-files/index.ts'

/** Most files of a folder that are looked at, and most that are listed. */
const MOST_ENTRIES = 5000
const MOST_LISTED = 500
/** Most files whose first bytes are read to learn what they are, and how many bytes. */
const MOST_OPENED = 200
const HEAD = 2048
const AT_ONCE = 8

const text = new Set(
  'log out err txt md csv dat yaml yml json toml ini cfg conf inp k key msg sta cvg sh sbatch py res xml in'.split(' '),
)
const binary = new Set(
  'frd vtu vtp vtk stl odb d3plot hdf5 h5 cgns exo zip gz tar bz2 xz zst png jpg jpeg gif pdf docx pth ckpt pt onnx npy npz mp4 so o exe'.split(
    ' ',
  ),
)

/** The text files of a job's folder, its own logs first, then what was written last. */
export async function textFiles(
  files: UserFiles,
  { user, folder, log }: Pick<JobView, 'user' | 'folder' | 'log'>,
): Promise<{ files: LogFile[]; more: boolean }> {
  // A job that waits may have no folder yet.
  const listed = await files.list(user, folder, MOST_ENTRIES).catch(() => [])
  const entries = listed.filter(({ path }) => !path.startsWith(`${BOOKKEEPING}/`))
  entries.sort(
    (a, b) => compare(placeOf(a.path, log), placeOf(b.path, log)) || b.modified.getTime() - a.modified.getTime(),
  )
  const kinds = await kindsOf(entries, (path) => head(files, user, `${folder}/${path}`))
  const texts = entries.filter((_, index) => kinds[index] === true)
  return {
    files: texts.slice(0, MOST_LISTED).map(({ path, size, modified }) => ({
      path,
      size,
      modifiedAt: modified.toISOString(),
      main: path === log,
    })),
    more: listed.length >= MOST_ENTRIES || texts.length > MOST_LISTED,
  }
}

const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1)

/** The job's own log first, then those of an array's elements in their order, then all others. */
function placeOf(path: string, log: string): number {
  if (path === log) return -1
  const element = /^job-(\d{1,9})\.log$/.exec(path)?.[1]
  return element === undefined ? Infinity : Number(element)
}

/** Whether each is text: by its extension, or else, for the first of them, by what it begins with. */
async function kindsOf(entries: readonly FileEntry[], read: (path: string) => Promise<Buffer>): Promise<boolean[]> {
  const kinds: boolean[] = []
  const unknown: number[] = []
  for (const [index, { path, size }] of entries.entries()) {
    const extension = posix.extname(path).slice(1).toLowerCase()
    kinds.push(text.has(extension) || size === 0)
    if (!text.has(extension) && !binary.has(extension) && size > 0 && unknown.length < MOST_OPENED) unknown.push(index)
  }
  const work = unknown.values()
  const worker = async () => {
    for (const index of work) kinds[index] = isText(await read(entries[index]?.path ?? ''))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return kinds
}

async function head(files: UserFiles, user: string, path: string): Promise<Buffer> {
  const file = await files.openRead(user, path).catch(() => undefined)
  try {
    const read = await file?.read(Buffer.alloc(HEAD), 0, HEAD, 0)
    return read === undefined ? Buffer.from([0]) : read.buffer.subarray(0, read.bytesRead)
  } catch {
    return Buffer.from([0])
  } finally {
    await file?.close()
  }
}

/** No text in any encoding of ours holds a NUL, nor many other controls than those of a terminal. */
function isText(bytes: Buffer): boolean {
  const controls = bytes.filter((byte) => byte < 0x20 && ![0x07, 0x08, 0x09, 0x0a, 0x0c, 0x0d, 0x1b].includes(byte))
  return !bytes.includes(0) && controls.length * 50 <= bytes.length
}
