import type { Preview, PreviewKind, TextEncoding } from '../../../contract/results.ts'
import { encodingOf, isText, textOf } from './decode.ts'
import { imageType } from './image.ts'
import { delimiterOf, hasHeader, rowsOf } from './table.ts'
import { unshown } from './unshown.ts'

export { drawLocal } from './mesh.ts'
export { unshown } from './unshown.ts'

/** Of each end of a text that is not shown whole. */
const TEXT_BYTES = 128 * 1024
/** Read for the first rows of a table. */
const TABLE_BYTES = 2 * 1024 * 1024
const ROWS = 1000
const IMAGE_BYTES = 12 * 1024 * 1024

/** A file that is looked at, wherever it lies: only as much of it as is shown is read. */
export interface Looked {
  /** The bytes from `from` on, at most `length`; and the size of the whole file. */
  read(from: number, length: number): Promise<{ bytes: Uint8Array; size: number }>
  /** Its surface as it travels (`contract/mesh.ts`). */
  mesh(): Promise<Uint8Array>
}

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')

async function image(file: Looked): Promise<Preview> {
  const { bytes, size } = await file.read(0, IMAGE_BYTES)
  const type = imageType(bytes)
  if (type === undefined) throw unshown('It is no picture that can be shown here, whatever its name says.')
  if (size > bytes.length) throw unshown('The picture is larger than 12 MB.')
  return { as: 'image', size, type, bytes: base64(bytes) }
}

/** The beginning of a text, and how it is to be read. */
async function start(file: Looked, length: number, wanted: TextEncoding | undefined) {
  const { bytes, size } = await file.read(0, length)
  const cut = size > bytes.length
  const encoding = wanted ?? encodingOf(bytes, cut)
  if (!isText(bytes, encoding)) throw unshown('It is no text.')
  return { bytes, size, cut, encoding }
}

async function table(file: Looked, wanted: TextEncoding | undefined): Promise<Preview> {
  const { bytes, size, cut, encoding } = await start(file, TABLE_BYTES, wanted)
  const text = textOf(bytes, encoding)
  const delimiter = delimiterOf(text)
  // One more tells that there are more; the last of a cut text may be half a row.
  const all = rowsOf(text, delimiter, ROWS + 1)
  const rows = all.length > ROWS ? all.slice(0, ROWS) : cut ? all.slice(0, -1) : all
  const header = hasHeader(rows.slice(0, 50))
  return { as: 'table', size, encoding, delimiter, header, rows, more: cut || all.length > ROWS }
}

async function text(file: Looked, wanted: TextEncoding | undefined): Promise<Preview> {
  // A text that fits into both ends is shown whole.
  const { bytes, size, cut, encoding } = await start(file, 2 * TEXT_BYTES, wanted)
  if (!cut) return { as: 'text', size, encoding, start: textOf(bytes, encoding) }
  // Characters of two bytes begin at even places.
  const last = await file.read((size - TEXT_BYTES) & ~1, TEXT_BYTES + 1)
  const first = textOf(bytes.subarray(0, TEXT_BYTES), encoding)
  const end = textOf(last.bytes, encoding)
  // Whole lines at the cut.
  return {
    as: 'text',
    size,
    encoding,
    start: first.slice(0, first.lastIndexOf('\n') + 1 || undefined),
    end: end.slice(end.indexOf('\n') + 1),
  }
}

/** A look at a file. Rejects with CONFLICT where it cannot be shown, and with what the file rejects with. */
export async function previewOf(file: Looked, as: PreviewKind, encoding?: TextEncoding): Promise<Preview> {
  switch (as) {
    case 'mesh':
      return { as, bytes: base64(await file.mesh()) }
    case 'image':
      return image(file)
    case 'table':
      return table(file, encoding)
    default:
      return text(file, encoding)
  }
}
