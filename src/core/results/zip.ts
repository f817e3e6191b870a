import { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'

/** A file on its way into an archive; `size` in bytes, which its body must have. */
export interface ZipEntry {
  name: string
  modified: Date
  open: () => Promise<{ size: number; body: AsyncIterable<Buffer> }>
}

const LOCAL = 0x0403_4b50
const DESCRIPTOR = 0x0807_4b50
const CENTRAL = 0x0201_4b50
const END_64 = 0x0606_4b50
const LOCATOR_64 = 0x0706_4b50
const END = 0x0605_4b50
/** From here on a number stands in the extra field of zip64. */
const WIDE = 0xffff_ffff
const MANY = 0xffff
const VERSION = 45
/** The checksum follows the bytes (3); names are UTF-8 (11). */
const FLAGS = 0x0808
const UNIX = 3 << 8
const MODE = (0o10_0644 << 16) >>> 0

/** Little-endian fields of 2, 4 and 8 bytes, one behind the other. */
function fields(...list: readonly (readonly [bytes: 2 | 4 | 8, value: number])[]): Buffer {
  const buffer = Buffer.alloc(list.reduce((sum, [bytes]) => sum + bytes, 0))
  let at = 0
  for (const [bytes, value] of list) {
    if (bytes === 8) buffer.writeBigUInt64LE(BigInt(value), at)
    else buffer.writeUIntLE(value, at, bytes)
    at += bytes
  }
  return buffer
}

/** MS-DOS date and time, two seconds fine, in local time as unpackers read it. */
function dosTime(date: Date): [time: number, day: number] {
  const year = Math.min(127, Math.max(0, date.getFullYear() - 1980))
  return [
    (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1),
    (year << 9) | ((date.getMonth() + 1) << 5) | date.getDate(),
  ]
}

async function* pieces(entries: readonly ZipEntry[], wideFrom: number): AsyncGenerator<Buffer, void> {
  const central: Buffer[] = []
  let offset = 0
  const count = (buffer: Buffer): Buffer => {
    offset += buffer.length
    return buffer
  }
  for (const entry of entries) {
    const { size, body } = await entry.open()
    const name = Buffer.from(entry.name, 'utf8')
    const [time, day] = dosTime(entry.modified)
    const wide = size >= wideFrom
    const at = offset
    // Checksum and sizes are not known before the bytes; a wide entry says by its extra field that they follow in 8 bytes each.
    const localExtra = wide ? fields([2, 1], [2, 16], [8, 0], [8, 0]) : Buffer.alloc(0)
    const unknown = wide ? WIDE : 0
    yield count(
      Buffer.concat([
        fields([4, LOCAL], [2, VERSION], [2, FLAGS], [2, 0], [2, time], [2, day], [4, 0], [4, unknown], [4, unknown]),
        fields([2, name.length], [2, localExtra.length]),
        name,
        localExtra,
      ]),
    )
    let crc = 0
    let length = 0
    for await (const piece of body) {
      crc = crc32(piece, crc)
      length += piece.length
      yield count(piece)
    }
    if (length !== size) throw new Error(`${entry.name} has changed its size meanwhile`)
    const width = wide ? 8 : 4
    yield count(fields([4, DESCRIPTOR], [4, crc], [width, size], [width, size]))

    const far = at >= wideFrom
    const wides = [...(wide ? [size, size] : []), ...(far ? [at] : [])]
    const extra =
      wides.length === 0
        ? Buffer.alloc(0)
        : fields([2, 1], [2, 8 * wides.length], ...wides.map((value) => [8, value] as const))
    const shown = wide ? WIDE : size
    central.push(
      Buffer.concat([
        fields([4, CENTRAL], [2, UNIX | VERSION], [2, VERSION], [2, FLAGS], [2, 0], [2, time], [2, day], [4, crc]),
        fields([4, shown], [4, shown], [2, name.length], [2, extra.length], [2, 0], [2, 0], [2, 0], [4, MODE]),
        fields([4, far ? WIDE : at]),
        name,
        extra,
      ]),
    )
  }
  const start = offset
  for (const header of central) yield count(header)
  const size = offset - start
  if (central.length >= MANY || start >= wideFrom || size >= wideFrom) {
    const end = offset
    yield fields(
      [4, END_64],
      [8, 44],
      [2, UNIX | VERSION],
      [2, VERSION],
      [4, 0],
      [4, 0],
      [8, central.length],
      [8, central.length],
      [8, size],
      [8, start],
    )
    yield fields([4, LOCATOR_64], [4, 0], [8, end], [4, 1])
  }
  const shown = Math.min(MANY, central.length)
  yield fields(
    [4, END],
    [2, 0],
    [2, 0],
    [2, shown],
    [2, shown],
    [4, size >= wideFrom ? WIDE : size],
    [4, start >= wideFrom ? WIDE : start],
    [2, 0],
  )
}

/**
 * Files as a zip, packed as they come and not made smaller (results are mostly packed already), with zip64 where sizes or
 * counts ask for it (PKWARE APPNOTE 6.3). Nothing is kept but the table of contents. The stream fails where a file does.
 * `wideFrom`: sizes and places from here on are said in 64 bits; a test sets it low.
 */
export const zipOf = (entries: readonly ZipEntry[], wideFrom = WIDE): Readable =>
  Readable.from(pieces(entries, wideFrom), { objectMode: false })
