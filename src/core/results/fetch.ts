import { createHash } from 'node:crypto'
import { open, stat, type FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { AgentClient } from '../agent-client/index.ts'
import { AppError, appError } from '../kit/app-error.ts'
import { PIECE, Pieces, type Ranges } from './pieces.ts'
import { filePath } from './routes.ts'
import type { Way } from './way.ts'

/** The version of the file that a part belongs to. */
export interface Version {
  etag?: string | undefined
  /** Bytes. */
  size?: number | undefined
}

export interface Fetching {
  client: AgentClient
  /** The connections and the limit that all downloads from the site share. */
  way: Way
  job: string
  path: string
  /** Where the bytes gather, each at its place. */
  part: string
  /** What an earlier try has got, where it is of the same version. */
  got: Version & { pieces?: Ranges | undefined }
  /** Told as soon as the answer says which version comes, where it is another one. */
  onVersion: (version: Version) => void
  /** Bytes that are there, and those that came last. */
  onBytes: (have: number, more: number) => void
  /** These pieces are on the disk: a restart goes on from there. */
  onPieces: (pieces: Ranges) => void
}

/** Without a byte for so long, the connection is taken for dead. */
const STALL_MS = 60_000
/** A piece that arrives damaged is asked for again so often: more than that is no accident. */
const DAMAGED_TRIES = 5
/** A piece whose connection broke while others bring theirs is asked for again so often. */
const BROKEN_TRIES = 3
/** Pieces that ask for a connection at the same time; how many get one, the way finds out. */
const WORKERS = 32
const KEEP_MS = 2_000
const WANTED = { 'want-content-digest': 'sha-256=10' }

/** Another version of the file took the place of the one that was being fetched. */
class Changed extends Error {}

/**
 * Fetches what is missing, several pieces at a time, each checked against the digest that the agent found in its own; true once
 * the part is whole and on the disk, undefined where the file has become another one meanwhile.
 */
export async function fetchFile(fetching: Fetching, signal: AbortSignal): Promise<true | undefined> {
  const file = await open(fetching.part, await flagsFor(fetching), 0o600)
  try {
    await new Fetch(fetching, file, signal).run()
    await file.sync()
    return true
  } catch (error) {
    if (!(error instanceof Changed)) throw error
    forget(fetching.got)
    return undefined
  } finally {
    await file.close().catch(() => undefined)
  }
}

/** What an earlier try has written stays, where there is something to go on with. */
async function flagsFor({ part, got }: Fetching): Promise<'r+' | 'w'> {
  if (
    got.etag !== undefined &&
    got.size !== undefined &&
    got.pieces !== undefined &&
    (await sizeOf(part)) === got.size
  ) {
    return 'r+'
  }
  forget(got)
  return 'w'
}

/** What there is belongs to another version, or to none. */
function forget(got: Fetching['got']): void {
  Object.assign(got, { etag: undefined, size: undefined, pieces: undefined })
}

class Fetch {
  readonly #fetching: Fetching
  readonly #file: FileHandle
  readonly #signal: AbortSignal
  #keptAt = performance.now()
  /** Bytes of whole pieces, and of those that are on their way. */
  #there = 0
  #coming = 0

  constructor(fetching: Fetching, file: FileHandle, signal: AbortSignal) {
    this.#fetching = fetching
    this.#file = file
    this.#signal = signal
  }

  async run(): Promise<void> {
    const { got } = this.#fetching
    const { etag, size } = got
    const pieces = etag === undefined || size === undefined ? await this.#first() : new Pieces(size, got.pieces)
    if (pieces === undefined) return
    try {
      await this.#rest(pieces)
    } finally {
      // What has arrived is not fetched again after a pause or a cut.
      await this.#keep(pieces)
    }
  }

  /** The first piece says how large the file is; undefined where all of it came with it. */
  async #first(): Promise<Pieces | undefined> {
    return this.#travel(PIECE, this.#signal, async (signal, moved) => {
      const answer = await this.#ask(`bytes=0-${PIECE - 1}`, signal)
      const size = sizeIn(answer.headers)
      const { etag } = answer.headers
      this.#fetching.onVersion({ etag, size })
      Object.assign(this.#fetching.got, { etag, size })
      // Ranges are not spoken, or the file is empty: all of it comes in one answer.
      if (answer.headers['content-range'] === undefined || size === undefined || etag === undefined) {
        await this.#take(answer, { start: 0, length: size }, signal, moved)
        return undefined
      }
      await this.#file.truncate(size)
      const pieces = new Pieces(size)
      const { start, end } = pieces.rangeOf(0)
      // Damaged: asked for again with the others.
      if (await this.#take(answer, { start, length: end - start + 1 }, signal, moved)) this.#arrived(pieces, 0)
      return pieces
    })
  }

  async #rest(pieces: Pieces): Promise<void> {
    this.#there = pieces.bytes
    this.#fetching.onBytes(this.#there, 0)
    const stop = new AbortController()
    const signal = AbortSignal.any([this.#signal, stop.signal])
    const missing = pieces.missing().values()
    const worker = async () => {
      try {
        for (const index of missing) await this.#piece(pieces, index, signal)
      } catch (error) {
        stop.abort(error)
      }
    }
    await Promise.all(Array.from({ length: WORKERS }, worker))
    this.#signal.throwIfAborted()
    if (stop.signal.aborted) throw stop.signal.reason
  }

  async #piece(pieces: Pieces, index: number, signal: AbortSignal): Promise<void> {
    const { start, end } = pieces.rangeOf(index)
    const length = end - start + 1
    for (let damaged = 0, broken = 0; ;) {
      try {
        const isWhole = await this.#travel(length, signal, async (_signal, moved) => {
          const answer = await this.#ask(`bytes=${start}-${end}`, signal)
          if (answer.headers['content-range'] !== undefined) return this.#take(answer, { start, length }, signal, moved)
          answer.body.destroy()
          throw new Changed('the file was changed')
        })
        if (isWhole) return this.#arrived(pieces, index)
        damaged += 1
        if (damaged > DAMAGED_TRIES) throw damagedOnTheWay(this.#fetching.path)
      } catch (error) {
        signal.throwIfAborted()
        const isCut = error instanceof AppError && error.value.code === 'OFFLINE'
        broken += 1
        if (!isCut || broken > BROKEN_TRIES) throw error
        this.#fetching.way.wire.trouble()
      }
    }
  }

  /** Waits for a connection, and counts what comes on it. */
  async #travel<T>(
    bytes: number,
    signal: AbortSignal,
    work: (signal: AbortSignal, moved: (bytes: number) => void) => Promise<T>,
  ): Promise<T> {
    const trip = await this.#fetching.way.wire.enter(bytes, signal)
    let left = bytes
    let arrived = false
    try {
      const done = await work(signal, (more) => trip.left(Math.max(0, (left -= more))))
      arrived = true
      return done
    } finally {
      trip.end(arrived)
    }
  }

  #arrived(pieces: Pieces, index: number): void {
    pieces.add(index)
    this.#there = pieces.bytes
    this.#fetching.onBytes(this.#there + this.#coming, 0)
    if (performance.now() - this.#keptAt < KEEP_MS) return
    this.#keptAt = performance.now()
    void this.#keep(pieces)
  }

  /** The list must not be ahead of the bytes. A disk that fails here fails again where it counts. */
  async #keep(pieces: Pieces): Promise<void> {
    const ranges = pieces.ranges()
    await this.#file.datasync().then(
      () => this.#fetching.onPieces(ranges),
      () => undefined,
    )
  }

  async #ask(range: string, signal: AbortSignal) {
    const { client, job, path, got } = this.#fetching
    const headers = { ...WANTED, range, ...(got.etag === undefined ? {} : { 'if-range': got.etag }) }
    try {
      return await client.stream(filePath(job, path), { headers, signal })
    } catch (error) {
      // Nothing lies in the range: the file is empty, or a shorter one took its place.
      if (!isBeyond(error)) throw error
      if (got.etag !== undefined) throw new Changed('the file was changed')
      return client.stream(filePath(job, path), { signal })
    }
  }

  /** Writes what comes to its place; false where it is not what the agent has sent. Rejects with OFFLINE where it was cut. */
  async #take(
    { body, headers }: { body: Readable; headers: Record<string, string> },
    { start, length }: { start: number; length: number | undefined },
    signal: AbortSignal,
    moved: (bytes: number) => void,
  ): Promise<boolean> {
    const { way, onBytes } = this.#fetching
    const hash = createHash('sha256')
    let at = start
    const end = () => body.destroy()
    let stall = setTimeout(end, STALL_MS)
    signal.addEventListener('abort', end, { once: true })
    try {
      for await (const piece of body as AsyncIterable<Buffer>) {
        clearTimeout(stall)
        await way.pace(piece.length, signal)
        hash.update(piece)
        await this.#file.write(piece, 0, piece.length, at)
        at += piece.length
        this.#coming += piece.length
        moved(piece.length)
        onBytes(this.#there + this.#coming, piece.length)
        stall = setTimeout(end, STALL_MS)
      }
    } catch (error) {
      signal.throwIfAborted()
      if (!isCut(error)) throw error
    } finally {
      this.#coming -= at - start
      clearTimeout(stall)
      signal.removeEventListener('abort', end)
    }
    signal.throwIfAborted()
    if (length !== undefined && at - start !== length)
      throw appError('OFFLINE', { site: '' }, 'The connection was cut.')
    const digest = digestIn(headers)
    return digest === undefined || digest === hash.digest('base64')
  }
}

const damagedOnTheWay = (path: string): AppError =>
  appError('CHECKSUM_MISMATCH', { name: path }, 'What arrived is not what the cluster has sent.')

const isBeyond = (error: unknown): boolean =>
  error instanceof AppError && error.value.code === 'AGENT' && error.value.data.status === 416

/** What a body says whose connection has gone. */
const isCut = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String(error.code))

/** The SHA-256 of a `Content-Digest` (RFC 9530), base64; agents of before say none. */
const digestIn = (headers: Record<string, string>): string | undefined =>
  /sha-256=:([A-Za-z0-9+/]{43}=):/.exec(headers['content-digest'] ?? '')?.[1]

function sizeIn(headers: Record<string, string>): number | undefined {
  const size = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1] ?? headers['content-length']
  return size === undefined ? undefined : Number(size)
}

/** Bytes of a local file; 0 where there is none. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}

/** Bytes per second over about the last three seconds. */
export function createSpeed(): (bytes: number) => number {
  let rate = 0
  let at = performance.now()
  let waiting = 0
  return (bytes) => {
    waiting += bytes
    const seconds = (performance.now() - at) / 1000
    if (seconds < 0.1) return rate
    const weight = Math.min(1, seconds / 3)
    rate = rate === 0 ? waiting / seconds : rate * (1 - weight) + (waiting / seconds) * weight
    at = performance.now()
    waiting = 0
    return Math.round(rate)
  }
}
