import { createHash, hash } from 'node:crypto'
import { readSync } from 'node:fs'
import zlib from 'node:zlib'
import { cutPiece } from '../delta/cut.ts'
import { readSmall } from './read-small.ts'

/** Bytes that another thread can have without a copy: in memory of their own, which is handed over, or in shared memory. */
export type Bytes = Uint8Array

/** Read and hashed in steps that stay in the processor's cache. */
const STEP = 512 * 1024

/** The bytes in memory of their own, or shared: what is a part of something larger cannot be handed over. */
export const owned = (bytes: Uint8Array): Bytes =>
  bytes.buffer instanceof SharedArrayBuffer || bytes.byteLength === bytes.buffer.byteLength
    ? bytes
    : Uint8Array.from(bytes)

interface Read {
  /** The number of an open file, which the caller keeps open meanwhile. */
  file: number
  offset: number
  length: number
  /** At least as long. */
  into: Bytes
}

/** A range of a file and its SHA-256; fewer bytes where the file has ended. */
function read({ file, offset, length, into }: Read): { bytes: Bytes; digest: Bytes } {
  const sha256 = createHash('sha256')
  let done = 0
  while (done < length) {
    const size = readSync(file, into, done, Math.min(STEP, length - done), offset + done)
    if (size === 0) break
    sha256.update(into.subarray(done, done + size))
    done += size
  }
  return { bytes: into.subarray(0, done), digest: owned(sha256.digest()) }
}

/** SHA-256 of bytes that are in memory already, which come back. */
const digest = ({ bytes }: { bytes: Bytes }): { bytes: Bytes; digest: Bytes } => ({
  bytes,
  digest: owned(hash('sha256', bytes, 'buffer')),
})

/** So much room is enough for what zstd makes of so many bytes (its manual: ZSTD_compressBound). */
const roomFor = (length: number): number => length + (length >> 8) + 64 * 1024

/**
 * Bytes in zstd (RFC 8878), the milliseconds it took, and the bytes back. All that comes out has room in one piece, which is given
 * back at once: pieces that are put together would wait for the garbage collector, up to 64 MiB of them, and take longer.
 */
function compress({ bytes, level }: { bytes: Bytes; level: number }): { bytes: Bytes; packed: Bytes; ms: number } {
  const started = performance.now()
  const room = roomFor(bytes.length)
  const packed = zlib.zstdCompressSync(bytes, {
    chunkSize: room,
    params: { [zlib.constants.ZSTD_c_compressionLevel]: level },
    pledgedSrcSize: bytes.length,
  })
  const output = new Uint8Array(packed)
  const { buffer } = packed
  if (buffer instanceof ArrayBuffer && buffer.byteLength === room) buffer.transfer(0)
  return { bytes, packed: output, ms: performance.now() - started }
}

/** What the threads can do. Memory is handed to them with the input and comes back with the output. */
export const jobs = { read, digest, compress, readSmall, cut: cutPiece }

export type Jobs = typeof jobs
export type JobKind = keyof Jobs
export type JobInput<Kind extends JobKind> = Parameters<Jobs[Kind]>[0]
export type JobOutput<Kind extends JobKind> = ReturnType<Jobs[Kind]>

/** One job on its way to a thread. */
export type Job = { [Kind in JobKind]: { kind: Kind; input: JobInput<Kind> } }[JobKind]
/** What came of it. `code`: the file system's, where it has failed there. */
export type Outcome = { output: JobOutput<JobKind> } | { error: { code: string | undefined; message: string } }

/** The memory that goes along with an input or an output; what is shared stays where it is. */
export const memoryOf = (value: object): ArrayBuffer[] => [
  ...new Set(
    Object.values(value).flatMap((part: unknown) =>
      part instanceof Uint8Array && part.buffer instanceof ArrayBuffer ? [part.buffer] : [],
    ),
  ),
]
