import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { Failure } from '../kit/failure.ts'
import type { FileReader } from '../user-files/index.ts'

/**
 * The SHA-256 in a digest header (RFC 9530). `Content-Digest` is that of the body as it comes, `Repr-Digest` that of what it
 * stands for. Throws BAD_REQUEST where there is none or it is malformed.
 */
export function statedDigest(headers: IncomingHttpHeaders, name: 'Content-Digest' | 'Repr-Digest'): Buffer {
  const value = headers[name.toLowerCase()]
  const text = Array.isArray(value) ? value.join(',') : (value ?? '')
  const match = /(?:^|,)\s*sha-256\s*=\s*:([A-Za-z0-9+/]{43}=):/i.exec(text)
  if (match?.[1] === undefined) {
    throw new Failure('BAD_REQUEST', `The chunk comes without a ${name} of SHA-256.`)
  }
  return Buffer.from(match[1], 'base64')
}

/** SHA-256 over the digests of all chunks in order, hex. */
export async function treeDigest(digests: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const digest of digests) hash.update(digest)
  return hash.digest('hex')
}

/** The digest of a range as it is on disk, read in pieces. */
export async function digestOf(
  handle: FileReader,
  { offset, length }: { offset: number; length: number },
  algorithm: 'sha256' | 'md5',
  signal?: AbortSignal,
): Promise<Buffer> {
  const hash = createHash(algorithm)
  const piece = Buffer.allocUnsafe(Math.min(1 << 20, Math.max(length, 1)))
  let done = 0
  while (done < length) {
    signal?.throwIfAborted()
    const { bytesRead } = await handle.read(piece, 0, Math.min(piece.length, length - done), offset + done)
    // Shorter than it should be: the digest of what is there will not fit, which is the answer.
    if (bytesRead === 0) break
    hash.update(piece.subarray(0, bytesRead))
    done += bytesRead
  }
  return hash.digest()
}
