import { Failure } from '../kit/failure.ts'
import type { FileEntry, FileReader, FileWriter, UserFiles } from '../user-files/index.ts'
import { flag, optional, strings, text, texts, whole, wholes } from './arguments.ts'
import { PIECE, toWire } from './protocol.ts'
import type { Handler, Result } from './serve.ts'

/** Files that one user may have open at a time. */
const MAX_OPEN = 4096
const LONGEST_PATH = 16_384

type Header = Record<string, unknown>

const asJson = (value: unknown): Result => ({ payload: Buffer.from(JSON.stringify(value)) })
const onWire = ({ path, size, modified, kind }: FileEntry) => ({ path, size, modified: modified.getTime(), kind })
const path = (header: Header, name = 'path') => text(header, name, LONGEST_PATH)

/** An operation that answers with nothing but its end. */
const done =
  (work: (header: Header) => Promise<void>): Handler =>
  async ({ header }) => {
    await work(header)
    return {}
  }

/** The files that the agent has open here, by number. */
export class OpenFiles {
  readonly #files = new Map<number, FileReader | FileWriter>()
  #last = 0

  get size(): number {
    return this.#files.size
  }

  add(file: FileReader | FileWriter): number {
    this.#files.set(++this.#last, file)
    return this.#last
  }

  /** Throws CONFLICT where there is room for no more. */
  check(): void {
    if (this.#files.size >= MAX_OPEN) throw new Failure('CONFLICT', 'Too many files are open at once. Try again soon.')
  }

  get(header: Header): FileReader | FileWriter {
    const file = this.#files.get(whole(header, 'file'))
    if (file === undefined) throw new Failure('BAD_REQUEST', 'The helper has no such file open.')
    return file
  }

  writer(header: Header): FileWriter {
    const file = this.get(header)
    if (!('truncate' in file)) throw new Failure('BAD_REQUEST', 'This file is open for reading only.')
    return file
  }

  async close(header: Header): Promise<void> {
    const file = this.get(header)
    this.#files.delete(whole(header, 'file'))
    await file.close()
  }
}

/** Reads until `length` bytes are there or the file ends. */
async function readUpTo(file: FileReader, position: number, length: number): Promise<Buffer> {
  const piece = Buffer.allocUnsafe(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(piece, done, length - done, position + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return piece.subarray(0, done)
}

/** A payload cut into pieces of these lengths. Throws BAD_REQUEST where it is longer or shorter than they are together. */
function cut(payload: Buffer, lengths: readonly number[]): Buffer[] {
  let at = 0
  const pieces = lengths.map((length) => payload.subarray(at, (at += length)))
  if (at !== payload.length) throw new Failure('BAD_REQUEST', 'The lengths are not those of the payload.')
  return pieces
}

/** Throws BAD_REQUEST where two lists that belong together are not of one length. */
function same(first: readonly unknown[], second: readonly unknown[]): void {
  if (first.length !== second.length) throw new Failure('BAD_REQUEST', 'The lists are not of the same length.')
}

/** What the agent may ask about the user's files; the same checks as where the agent is the user stand behind each. */
export function fileOperations(files: UserFiles, user: string, open: OpenFiles): [string, Handler][] {
  return [
    ['makeFolder', async ({ header }) => ({ header: { path: await files.makeFolder(user, path(header)) } })],
    [
      'openRead',
      async ({ header }) => {
        open.check()
        return { header: { file: open.add(await files.openRead(user, path(header))) } }
      },
    ],
    [
      'openWrite',
      async ({ header }) => {
        open.check()
        const file = await files.openWrite(user, path(header), { exclusive: flag(header, 'exclusive') })
        return { header: { file: open.add(file) } }
      },
    ],
    [
      'read',
      async ({ header }) => {
        const file = open.get(header)
        return { payload: await readUpTo(file, whole(header, 'position'), whole(header, 'length', PIECE)) }
      },
    ],
    [
      'write',
      async ({ header, payload }) => {
        const { bytesWritten } = await open.writer(header).write(payload, 0, payload.length, whole(header, 'position'))
        return { header: { written: bytesWritten } }
      },
    ],
    [
      'stats',
      async ({ header }) => {
        const { size, mtime } = await open.get(header).stat()
        return { header: { size, modified: mtime.getTime() } }
      },
    ],
    ['truncate', done((header) => open.writer(header).truncate(whole(header, 'size')))],
    ['sync', done((header) => open.writer(header).sync())],
    ['datasync', done((header) => open.writer(header).datasync())],
    ['close', done((header) => open.close(header))],
    [
      'writeFiles',
      async ({ header, payload }) => {
        const [paths, lengths] = [strings(header, 'paths'), wholes(header, 'lengths')]
        same(paths, lengths)
        const pieces = cut(payload, lengths)
        const written = paths.map((place, at) => ({ path: place, bytes: pieces[at] ?? Buffer.alloc(0) }))
        const outcomes = await files.writeFiles(user, written)
        return asJson(outcomes.map((error) => (error === undefined ? {} : { error: toWire(error) })))
      },
    ],
    [
      'placeFiles',
      async ({ header }) => {
        const [paths, names] = [strings(header, 'paths'), strings(header, 'names')]
        same(paths, names)
        const placed = paths.map((place, at) => ({ path: place, name: names[at] ?? '' }))
        const outcomes = await files.placeFiles(user, placed)
        return asJson(
          outcomes.map((outcome) => (typeof outcome === 'string' ? { path: outcome } : { error: toWire(outcome) })),
        )
      },
    ],
    ['rename', done((header) => files.rename(user, path(header, 'from'), path(header, 'to')))],
    ['link', done((header) => files.link(user, path(header, 'target'), path(header, 'at')))],
    ['remove', done((header) => files.remove(user, path(header)))],
    [
      'stat',
      async ({ header }) => {
        const entry = await files.stat(user, path(header))
        return { header: entry === undefined ? {} : { entry: onWire(entry) } }
      },
    ],
    [
      'list',
      async ({ header }) => asJson((await files.list(user, path(header), whole(header, 'limit', 1e6))).map(onWire)),
    ],
    [
      'listFolder',
      async ({ header }) => {
        const skip = optional(header, 'skip', texts)
        const page = await files.listFolder(user, path(header), {
          offset: whole(header, 'offset'),
          limit: whole(header, 'limit', 1e6),
          ...(skip === undefined ? {} : { skip }),
        })
        return asJson({ entries: page.entries.map(onWire), total: page.total })
      },
    ],
    ['space', async () => ({ header: await files.space(user) })],
    [
      'usage',
      async () => {
        const used = await files.usage(user)
        return { header: used === undefined ? {} : { used } }
      },
    ],
    [
      'quota',
      async () => {
        const quota = await files.quota(user)
        return { header: quota === undefined ? {} : { quota } }
      },
    ],
  ]
}
