import { inflateSync } from 'node:zlib'
import { type Bytes, Undrawable } from './bytes.ts'

/** A `<DataArray>` of a VTK XML file, where its content lies, and in which part it stands. */
export interface DataArray {
  /** `Points`, `Cells`, `PointData`, `CellData`, `Polys`, `Strips` … */
  section: string
  piece: number
  type: string
  name: string
  components: number
  format: string
  /** Of the content in the file; for `appended` from the underscore on. */
  start: number
  end: number
}

export interface XmlIndex {
  /** `UnstructuredGrid` or `PolyData`. */
  kind: string
  wideHeader: boolean
  compressed: boolean
  appendedBase64: boolean
  arrays: DataArray[]
}

const PIECE = 2 * 2 ** 20
const LONGEST_TAG = 65_536
/** Bytes of one array once it is unpacked. */
const MOST_BYTES = 512 * 2 ** 20

function attributesOf(tag: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [, name = '', double, single] of tag.matchAll(/([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    found[name] = double ?? single ?? ''
  }
  return found
}

/** Each tag with the places where it begins and ends; stops when `visit` says so. */
async function eachTag(bytes: Bytes, visit: (tag: string, start: number, end: number) => boolean): Promise<void> {
  let start = 0
  let text = ''
  for (;;) {
    const open = text.indexOf('<')
    const close = open < 0 ? -1 : text.indexOf('>', open)
    if (close >= 0) {
      if (!visit(text.slice(open, close + 1), start + open, start + close + 1)) return
      text = text.slice(close + 1)
      start += close + 1
      continue
    }
    const kept = open < 0 ? '' : text.slice(open)
    if (kept.length > LONGEST_TAG) throw new Undrawable('It is no VTK file in XML.')
    start += text.length - kept.length
    const piece = await bytes.read(start + kept.length, PIECE)
    if (piece.length === 0) return
    text = kept + piece.toString('latin1')
  }
}

/** Where the arrays of a VTK XML file lie; one pass, in which no content is kept. */
export async function indexXml(bytes: Bytes): Promise<XmlIndex> {
  const index: XmlIndex = { kind: '', wideHeader: false, compressed: false, appendedBase64: false, arrays: [] }
  const sections: string[] = []
  const offsets = new Map<DataArray, number>()
  let piece = -1
  let open: DataArray | undefined
  let appended = -1
  await eachTag(bytes, (tag, start, end) => {
    const name = /^<\/?([\w?!]+)/.exec(tag)?.[1] ?? ''
    if (tag.startsWith('</')) {
      if (name === 'DataArray' && open !== undefined) {
        open.end = start
        open = undefined
      }
      if (sections.at(-1) === name) sections.pop()
      return true
    }
    const attributes = attributesOf(tag)
    if (name === 'VTKFile') {
      const {
        type = '',
        byte_order: order = 'LittleEndian',
        header_type: header = 'UInt32',
        compressor = '',
      } = attributes
      index.kind = type
      index.wideHeader = header === 'UInt64'
      index.compressed = compressor !== ''
      if (order !== 'LittleEndian') throw new Undrawable('Its numbers are big-endian, which is not read here.')
      if (compressor !== '' && compressor !== 'vtkZLibDataCompressor') {
        throw new Undrawable(`It is packed by ${compressor.slice(0, 40)}; only zlib is unpacked here.`)
      }
    } else if (name === 'AppendedData') {
      index.appendedBase64 = attributes['encoding'] === 'base64'
      appended = end
      return false
    } else if (name === 'DataArray') {
      const array: DataArray = {
        section: sections.at(-1) ?? '',
        piece,
        type: attributes['type'] ?? '',
        name: attributes['Name'] ?? '',
        components: Number(attributes['NumberOfComponents'] ?? 1),
        format: attributes['format'] ?? 'ascii',
        start: end,
        end,
      }
      if (array.format === 'appended') offsets.set(array, Number(attributes['offset'] ?? 0))
      else if (!tag.endsWith('/>')) open = array
      index.arrays.push(array)
    } else if (name === 'Piece') piece += 1
    else if (!tag.endsWith('/>') && !/^[?!]/.test(name)) sections.push(name)
    return true
  })
  if (offsets.size > 0) {
    if (appended < 0) throw new Undrawable('Its appended data is missing.')
    const head = (await bytes.read(appended, 1024)).toString('latin1')
    const base = appended + head.indexOf('_') + 1
    const starts = [...offsets.values()].map((offset) => base + offset).toSorted((a, b) => a - b)
    for (const [array, offset] of offsets) {
      array.start = base + offset
      array.end = starts.find((start) => start > array.start) ?? bytes.size
    }
  }
  return index
}

async function readAll(bytes: Bytes, start: number, end: number): Promise<Buffer> {
  if (end - start > MOST_BYTES) throw new Undrawable('An array of it is too large to be drawn here.')
  const parts: Buffer[] = []
  for (let at = start; at < end;) {
    const part = await bytes.read(at, Math.min(PIECE, end - at))
    if (part.length === 0) break
    parts.push(part)
    at += part.length
  }
  return Buffer.concat(parts)
}

/** Base64 of several parts one behind the other, each padded for itself. */
function fromBase64(text: Buffer): Buffer {
  const clean = text.toString('latin1').replaceAll(/[^A-Za-z0-9+/=]/g, '')
  return Buffer.concat(clean.match(/[^=]+=*/g)?.map((part) => Buffer.from(part, 'base64')) ?? [])
}

/** An array's bytes behind its header: plain `[length]`, packed `[blocks][block size][last size][packed sizes…]`. */
function unpack(data: Buffer, { wideHeader, compressed }: XmlIndex): Buffer {
  const width = wideHeader ? 8 : 4
  const word = (i: number): number => {
    if (data.length < (i + 1) * width) throw new Undrawable('It ends too early.')
    return wideHeader ? Number(data.readBigUInt64LE(i * width)) : data.readUInt32LE(i * width)
  }
  if (!compressed) return data.subarray(width, width + word(0))
  const blocks = data.length === 0 ? 0 : word(0)
  if (blocks * width > data.length || blocks * word(1) > MOST_BYTES) {
    throw new Undrawable('An array of it is damaged, or too large to be drawn here.')
  }
  const parts: Buffer[] = []
  let at = (3 + blocks) * width
  for (let i = 0; i < blocks; i++) {
    const size = word(3 + i)
    parts.push(inflateSync(data.subarray(at, at + size), { maxOutputLength: Math.max(1, word(1)) }))
    at += size
  }
  return Buffer.concat(parts)
}

type Numbers =
  Float64Array | Float32Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array

const typed: Readonly<Record<string, (buffer: ArrayBuffer) => Numbers>> = {
  Float64: (buffer) => new Float64Array(buffer),
  Float32: (buffer) => new Float32Array(buffer),
  Int32: (buffer) => new Int32Array(buffer),
  UInt32: (buffer) => new Uint32Array(buffer),
  Int16: (buffer) => new Int16Array(buffer),
  UInt16: (buffer) => new Uint16Array(buffer),
  Int8: (buffer) => new Int8Array(buffer),
  UInt8: (buffer) => new Uint8Array(buffer),
}
const widths: Readonly<Record<string, number>> = { Float64: 8, Int16: 2, UInt16: 2, Int8: 1, UInt8: 1 }

/** The numbers of an array. */
export async function readArray(bytes: Bytes, index: XmlIndex, array: DataArray): Promise<Numbers> {
  const { format, type } = array
  const raw = format === 'appended' && !index.appendedBase64
  const content = await readAll(
    bytes,
    array.start,
    raw && !index.compressed ? Math.min(array.end, bytes.size) : array.end,
  )
  if (format === 'ascii') {
    const words = content.toString('latin1').match(/\S+/g) ?? []
    return Float64Array.from(words, Number)
  }
  const data = unpack(raw ? content : fromBase64(content), index)
  if (type === 'Int64' || type === 'UInt64') {
    const words = new Int32Array(Uint8Array.from(data.subarray(0, data.length - (data.length % 8))).buffer)
    return Float64Array.from(
      { length: words.length / 2 },
      (_, i) => (words[2 * i + 1] ?? 0) * 2 ** 32 + ((words[2 * i] ?? 0) >>> 0),
    )
  }
  const make = typed[type]
  if (make === undefined) throw new Undrawable(`The number type "${type.slice(0, 20)}" is not known here.`)
  const width = widths[type] ?? 4
  return make(Uint8Array.from(data.subarray(0, data.length - (data.length % width))).buffer)
}
