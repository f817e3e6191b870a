import { contentCut } from '../../contract/agent/content-chunks.ts'
import { sha256 } from './upload-client.ts'

/** The signature of a file as the contract has it, over the bytes themselves; of a part of it as if it were a file. */
export function signatureOf(data: Buffer, from = 0, end = data.length): Buffer {
  const entries: Buffer[] = []
  for (let at = from; at < end;) {
    const to = contentCut(data, at, end)
    const entry = Buffer.alloc(10)
    entry.writeUIntBE(at, 0, 6)
    entry.writeUInt32BE(to - at, 6)
    entries.push(entry, sha256(data.subarray(at, to)).subarray(0, 16))
    at = to
  }
  return Buffer.concat(entries)
}
