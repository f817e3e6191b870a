import { contentCut, leastChunk, mostChunk, signatureDigestBytes } from '../../../contract/agent/content-chunks.ts'
import type { Source } from './sources.ts'

/** Bytes read at once. Cutting so many takes a few milliseconds: others get their turn between. */
const READ = 1 << 20
/** Offset (6), length (4), digest. */
const ENTRY = 10 + signatureDigestBytes

interface Cuts {
  entries: Buffer
  /** Bytes that they hold; the rest belongs before the next ones. */
  used: number
}

/** The content-defined chunks of `bytes`, as far as their ends are sure: all of them where nothing comes behind. */
async function cut(bytes: Buffer<ArrayBuffer>, offset: number, isLast: boolean): Promise<Cuts> {
  const entries = Buffer.alloc((Math.floor(bytes.length / leastChunk) + 1) * ENTRY)
  const digests: Promise<ArrayBuffer>[] = []
  let at = 0
  while (isLast ? at < bytes.length : at + mostChunk <= bytes.length) {
    const end = contentCut(bytes, at, bytes.length)
    const entry = digests.length * ENTRY
    entries.writeUIntBE(offset + at, entry, 6)
    entries.writeUInt32BE(end - at, entry + 6)
    // By threads of the pool: hashing takes as long as cutting does.
    digests.push(crypto.subtle.digest('SHA-256', new Uint8Array(bytes.buffer, bytes.byteOffset + at, end - at)))
    at = end
  }
  for (const [index, digest] of (await Promise.all(digests)).entries()) {
    entries.set(new Uint8Array(digest, 0, signatureDigestBytes), index * ENTRY + 10)
  }
  return { entries: entries.subarray(0, digests.length * ENTRY), used: at }
}

/**
 * The signature (contract/agent/uploads.ts) of what there is of a file; each part of it is cut as if it were a file of its
 * own. A file that has become shorter since it was opened ends where it ends.
 *
 * @throws what reading throws; the signal's reason.
 */
export async function contentSignature(source: Pick<Source, 'read' | 'spans'>, signal: AbortSignal): Promise<Buffer> {
  const signature: Buffer[] = []
  const buffer = Buffer.allocUnsafeSlow(mostChunk + READ)
  for (const { offset, length } of source.spans()) {
    const end = offset + length
    let held = 0
    for (let at = offset; at < end || held > 0;) {
      signal.throwIfAborted()
      const wanted = Math.min(buffer.length - held, end - at)
      const bytesRead = wanted === 0 ? 0 : (await source.read(buffer, held, wanted, at)).bytesRead
      at += bytesRead
      held += bytesRead
      const isLast = at === end || bytesRead === 0
      const { entries, used } = await cut(buffer.subarray(0, held), at - held, isLast)
      signature.push(entries)
      if (isLast) break
      buffer.copyWithin(0, used, held)
      held -= used
    }
  }
  return Buffer.concat(signature)
}
