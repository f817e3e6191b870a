/**
 * Content-defined chunks, by which a file that was edited is recognised in an earlier one: where they end depends on the
 * bytes before the cut alone, so bytes put in or taken out move the cuts along with them.
 *
 * FastCDC with normalised chunking (Xia et al., "FastCDC", USENIX ATC 2016): a gear hash, a strict mask before the wanted
 * size and a loose one behind it, nothing looked at before the least size.
 */
export const leastChunk = 32 * 1024
export const wantedChunk = 128 * 1024
export const mostChunk = 512 * 1024

/** Of 32 bits, the upper ones: they depend on the last bytes evenly. 19 and 15 of them, around the 17 of `wantedChunk`. */
const STRICT = 0xff_ff_e0_00 | 0
const LOOSE = 0xff_fe_00_00 | 0

/** A number for each value of a byte, the same on both sides for ever: splitmix32 from 1. */
const gear = Int32Array.from({ length: 256 }, (_, byte) => {
  let z = Math.imul(byte + 1, 0x9e_37_79_b9)
  z = Math.imul(z ^ (z >>> 16), 0x21_f0_aa_ad)
  z = Math.imul(z ^ (z >>> 15), 0x73_5a_2d_97)
  return z ^ (z >>> 15)
})

/**
 * Where the chunk that begins at `from` ends, at most at `to`. The answer holds only where `to` is the end of the file or
 * at least `mostChunk` away.
 */
export function contentCut(bytes: Uint8Array, from: number, to: number): number {
  const end = Math.min(to, from + mostChunk)
  const wanted = Math.min(end, from + wantedChunk)
  let at = from + leastChunk
  if (at >= end) return end
  let hash = 0
  for (; at < wanted; at++) {
    hash = ((hash << 1) + (gear[bytes[at] as number] as number)) | 0
    if ((hash & STRICT) === 0) return at + 1
  }
  for (; at < end; at++) {
    hash = ((hash << 1) + (gear[bytes[at] as number] as number)) | 0
    if ((hash & LOOSE) === 0) return at + 1
  }
  return end
}

/** The digest of a content-defined chunk in a signature: so many bytes of its SHA-256, from the beginning. */
export const signatureDigestBytes = 16
/*
 * `GET /api/v2/uploads/:id/signature`: the content-defined chunks of a stored file, in order, as
 * `application/octet-stream`: for each its offset (6 bytes) and length (4 bytes), big-endian, and its digest of
 * `signatureDigestBytes`. 202 with `Retry-After` while it is being computed; 404 for another's upload and one without bytes.
 */
