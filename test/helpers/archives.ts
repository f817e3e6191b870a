import { crc32, deflateRawSync } from 'node:zlib'
import { pack } from 'tar-stream'

export interface ArchiveEntry {
  name: string
  data: Buffer
  /** Kept as it is instead of deflated. */
  store?: boolean
}

/** A zip file, with an own writer so that a test can say exactly what is in it. */
export function zipOf(entries: ArchiveEntry[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, data, store = false } of entries) {
    const body = store ? data : deflateRawSync(data)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(store ? 0 : 8, 4)
    fields.writeUInt32LE(crc32(data), 10)
    fields.writeUInt32LE(body.length, 14)
    fields.writeUInt32LE(data.length, 18)
    fields.writeUInt16LE(Buffer.byteLength(name), 22)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), body])
    directory.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), fields, tail, Buffer.from(name))
    parts.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, central, end])
}

/** A tar file. */
export async function tarOf(entries: ArchiveEntry[]): Promise<Buffer> {
  const tar = pack()
  for (const { name, data } of entries) tar.entry({ name }, data)
  tar.finalize()
  const pieces: Buffer[] = []
  for await (const piece of tar) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}
