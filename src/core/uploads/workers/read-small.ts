import { hash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

/** A file that is written to while it is read is read again so often. */
const TRIES = 3

/** A small file as it was read: its version, where its bytes are, and its tree digest (hex). */
export interface ReadFile {
  size: number
  /** Milliseconds since 1970. */
  modified: number
  /** Of `contents`. */
  offset: number
  digest: string
}
/** `code`: the file system's; ETXTBSY for one that is being written to, EFBIG for one that is larger than asked for. */
export type SmallFile = ReadFile | { code: string }

/** Tree digest of a file of one chunk, or none: see `CompleteUpload` in `contract/agent/uploads.ts`. */
export const treeDigestOf = (content: Uint8Array): string =>
  hash('sha256', content.length === 0 ? content : hash('sha256', content, 'buffer'), 'hex')

/** Reads small files whole, each of at most `most` bytes, and hashes them; one that cannot be read keeps no other back. */
export function readSmall({ paths, most }: { paths: readonly string[]; most: number }): {
  files: SmallFile[]
  contents: Uint8Array<ArrayBuffer>
} {
  const parts: Uint8Array[] = []
  let offset = 0
  const files = paths.map((path): SmallFile => {
    try {
      const { content, modified } = readWhole(path, most)
      const file = { size: content.length, modified, offset, digest: treeDigestOf(content) }
      parts.push(content)
      offset += content.length
      return file
    } catch (error) {
      return { code: error instanceof Error && 'code' in error ? String(error.code) : 'EIO' }
    }
  })
  const contents = new Uint8Array(offset)
  let at = 0
  for (const part of parts) {
    contents.set(part, at)
    at += part.length
  }
  return { files, contents }
}

function readWhole(path: string, most: number): { content: Uint8Array; modified: number } {
  // What was a file may be a pipe by now: opening that must not wait for a writer.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const before = fstatSync(file)
      if (!before.isFile()) throw failure('EISDIR')
      if (before.size > most) throw failure('EFBIG')
      const content = new Uint8Array(before.size)
      const length = fill(file, content)
      const after = fstatSync(file)
      if (length === before.size && after.size === before.size && after.mtimeMs === before.mtimeMs) {
        return { content, modified: before.mtimeMs }
      }
    }
    throw failure('ETXTBSY')
  } finally {
    closeSync(file)
  }
}

function fill(file: number, into: Uint8Array): number {
  let done = 0
  while (done < into.length) {
    const size = readSync(file, into, done, into.length - done, done)
    if (size === 0) break
    done += size
  }
  return done
}

const failure = (code: string): Error => Object.assign(new Error(code), { code })
