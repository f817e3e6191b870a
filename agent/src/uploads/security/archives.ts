import { Readable, pipeline, type Transform } from 'node:stream'
import { createGunzip, createInflateRaw } from 'node:zlib'
import { extract } from 'tar-stream'
import { fromBufferPromise, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl'
import { findingSentence } from '../../../../contract/agent/security.ts'
import type { FileReader } from '../../user-files/index.ts'
import { contentOf, HEAD_BYTES, type Content } from './magic.ts'

type Bytes = AsyncIterable<Buffer>

/** An archive is a bomb when it inflates to more than this many times its size … */
const MAX_RATIO = 100
/** … and to more than this many bytes; both, since small texts compress a thousandfold and huge ones are huge. */
const MAX_SMALL = 100 * 2 ** 20
const MAX_DEPTH = 8
/** A zip inside an archive can only be read from memory: its directory stands at its end. */
const MAX_NESTED_ZIP = 64 * 2 ** 20
const PIECE = 1 << 18

const archives: ReadonlySet<Content> = new Set<Content>(['zip', 'gzip', 'tar'])
export const isArchive = (content: Content): boolean => archives.has(content)

/** Thrown by `inspectArchive`; its message is the sentence for the user. */
export class ArchiveBomb extends Error {}

/** What one archive has inflated to so far, through all that is nested in it. */
class Budget {
  readonly size: number
  readonly signal: AbortSignal
  readonly warnings = new Set<string>()
  /** Bytes held for nested zips at this moment. */
  held = 0
  #inflated = 0

  constructor(size: number, signal: AbortSignal) {
    this.size = size
    this.signal = signal
  }

  add(bytes: number): void {
    this.signal.throwIfAborted()
    this.#inflated += bytes
    if (this.#inflated > MAX_SMALL && this.#inflated > MAX_RATIO * this.size) {
      throw new ArchiveBomb(findingSentence('archive-inflates', { ratio: MAX_RATIO }))
    }
  }
}

/** What `source` gives, run through `transform`; both end with whoever reads. */
async function* through(source: Bytes, transform: Transform, budget: Budget): Bytes {
  // An error destroys `transform`, hence reaches the loop below.
  pipeline(Readable.from(source, { objectMode: false }), transform, () => {})
  try {
    for await (const piece of transform as AsyncIterable<Buffer>) {
      budget.add(piece.length)
      yield piece
    }
  } finally {
    transform.destroy()
  }
}

async function* counted(source: Bytes, budget: Budget): Bytes {
  for await (const piece of source) {
    budget.add(piece.length)
    yield piece
  }
}

/** The first bytes, and all bytes (those again, then the rest). */
async function peek(source: Bytes): Promise<{ head: Buffer; whole: Bytes }> {
  const pieces = source[Symbol.asyncIterator]()
  const first: Buffer[] = []
  let length = 0
  while (length < HEAD_BYTES) {
    const next = await pieces.next()
    if (next.done === true) break
    first.push(next.value)
    length += next.value.length
  }
  async function* whole(): Bytes {
    try {
      yield* first
      for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value
    } finally {
      await pieces.return?.()
    }
  }
  return { head: Buffer.concat(first).subarray(0, HEAD_BYTES), whole: whole() }
}

/** The bytes of a file from `start` to before `end`; the file stays open. */
async function* piecesOf(file: Pick<FileReader, 'read'>, start: number, end: number): Bytes {
  for (let at = start; at < end;) {
    // A fresh piece each time: whoever reads may hold on to it.
    const piece = Buffer.allocUnsafe(Math.min(PIECE, end - at))
    const { bytesRead } = await file.read(piece, 0, piece.length, at)
    if (bytesRead === 0) return
    at += bytesRead
    yield piece.subarray(0, bytesRead)
  }
}

/** A zip is read from its end: its directory stands there. */
class ZipReader extends RandomAccessReader {
  readonly #file: Pick<FileReader, 'read'>

  constructor(file: Pick<FileReader, 'read'>) {
    super()
    this.#file = file
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(piecesOf(this.#file, start, end), { objectMode: false })
  }

  /** Without the streams that it would take by default: an archive may have a hundred thousand entries. */
  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    answer: (error: Error | null, bytesRead?: number) => void,
  ): void {
    this.#file.read(buffer, offset, length, position).then(
      ({ bytesRead }) => answer(null, bytesRead),
      (error: unknown) => answer(error instanceof Error ? error : new Error(String(error))),
    )
  }
}

async function drain(source: Bytes): Promise<void> {
  for await (const _ of source);
}

/** Goes through `source`, whatever it is, down to the last nested archive. */
async function visit(source: Bytes, depth: number, budget: Budget): Promise<void> {
  const { head, whole } = await peek(source)
  await visitAs(contentOf(head), whole, depth, budget)
}

async function visitAs(content: Content, whole: Bytes, depth: number, budget: Budget): Promise<void> {
  if (isArchive(content) && depth > MAX_DEPTH) {
    throw new ArchiveBomb(findingSentence('archive-deep', { depth: MAX_DEPTH }))
  }
  if (content === 'gzip') return visit(through(whole, createGunzip({ chunkSize: PIECE }), budget), depth + 1, budget)
  if (content === 'tar') return visitTar(whole, depth, budget)
  if (content === 'zip') return visitNestedZip(whole, depth, budget)
  return drain(whole)
}

async function visitTar(source: Bytes, depth: number, budget: Budget): Promise<void> {
  const tar = extract()
  pipeline(Readable.from(source, { objectMode: false }), tar, () => {})
  for await (const entry of tar) await visit(entry as Bytes, depth + 1, budget)
}

async function visitNestedZip(source: Bytes, depth: number, budget: Budget): Promise<void> {
  const pieces: Buffer[] = []
  let length = 0
  try {
    for await (const piece of source) {
      if (budget.held + piece.length > MAX_NESTED_ZIP) {
        budget.warnings.add(findingSentence('archive-large'))
        return await drain(source)
      }
      pieces.push(piece)
      length += piece.length
      budget.held += piece.length
    }
    await visitZip(await fromBufferPromise(Buffer.concat(pieces), zipOptions), depth, budget)
  } finally {
    budget.held -= length
  }
}

// Names are not looked at, and declared sizes are not believed: what comes out is counted.
const zipOptions = { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: false }

async function visitZip(zip: ZipFile, depth: number, budget: Budget): Promise<void> {
  for await (const entry of zip.eachEntry()) {
    const stored = entry.compressionMethod === 0
    if (entry.isEncrypted() || (!stored && entry.compressionMethod !== 8)) {
      budget.add(entry.compressedSize)
      budget.warnings.add(findingSentence('archive-closed'))
      continue
    }
    const raw = await zip.openReadStreamPromise(entry, { decodeFileData: false })
    if (!stored) {
      await visit(through(raw, createInflateRaw({ chunkSize: PIECE }), budget), depth + 1, budget)
      continue
    }
    const { head, whole } = await peek(raw)
    const content = contentOf(head)
    // Stored bytes that are no archive inflate to themselves: no need to read 10 GB of them.
    if (isArchive(content)) await visitAs(content, counted(whole, budget), depth + 1, budget)
    else {
      budget.add(entry.compressedSize)
      raw.destroy()
    }
  }
}

/**
 * Inflates an archive (zip, gzip, tar, and those nested in it) into nothing and counts. Returns warnings: a damaged
 * archive is the user's own matter. Holds at most 64 MiB of nested zips, writes nothing.
 *
 * @throws ArchiveBomb; the signal's reason.
 */
export async function inspectArchive(
  handle: Pick<FileReader, 'read'>,
  file: { size: number; content: Content },
  signal: AbortSignal,
): Promise<string[]> {
  const budget = new Budget(file.size, signal)
  try {
    if (file.content === 'zip') {
      const zip = await fromRandomAccessReaderPromise(new ZipReader(handle), file.size, zipOptions)
      await visitZip(zip, 0, budget)
    } else await visit(piecesOf(handle, 0, file.size), 0, budget)
  } catch (error) {
    if (error instanceof ArchiveBomb || signal.aborted) throw error
    budget.warnings.add(findingSentence('archive-damaged'))
  }
  return [...budget.warnings]
}
