import type { UploadSourceFile } from '../../../../contract/agent/uploads.ts'
import type { AgentClient } from '../../agent-client/index.ts'
import { AppError } from '../../kit/app-error.ts'
import type { Turns } from '../../kit/turns.ts'
import type { Logger } from '../../platform.ts'
import { chunkCount, chunkRange, type ChunkSet } from '../chunks.ts'
import type { Lane } from '../lane.ts'
import type { UploadList } from '../list.ts'
import type { KnownChunk, Packing } from '../packing.ts'
import type { UploadRecord } from '../record.ts'
import type { ChunkSource } from '../source.ts'
import type { WorkerPool } from '../workers/pool.ts'
import { Coverage, type Range } from './coverage.ts'
import { localSignature, spansOf } from './local-chunks.ts'
import { Reuse, type Found } from './reuse.ts'
import { eachMatch, type Signature } from './signature.ts'
import { askSources, fetchSignature } from './sources.ts'

/** Less is sent sooner than it is compared. */
const WORTH = 2 ** 20
/** Bounds of a chunk at the agent, and the most chunks that proving a file costs a request each. */
const CHUNK = { least: 65_536, most: 64 * 2 ** 20, count: 20_000 }
/** So many earlier files are looked at, as long as less than this part of the upload is found in them. */
const MOST_SOURCES = 3
const ENOUGH = 0.5
/** An agent reads and cuts so many bytes of a file in a second, or more; a faster link does not wait for it. First come others' files. */
const AGENT_RATE = 50e6
const AGENT_OTHERS_MS = 15_000
/** What the transfer waits out by itself, or ends with. */
const NOT_OURS = new Set([
  'OFFLINE',
  'SIGNED_OUT',
  'RATE_LIMITED',
  'FILE_CHANGED',
  'FILE_MISSING',
  'FILE_UNREADABLE',
  'FILE_DETACHED',
])

interface DeltaParts {
  platform: { log: Logger }
  client: AgentClient
  list: UploadList
  workers: WorkerPool
  lane: Lane
  /** Files whose bytes are compared at once, of all sites. */
  comparing: Turns
}

/** An earlier file; of one that was given up nothing else is known. */
type Earlier = Pick<UploadSourceFile, 'upload_id' | 'file_size'> & Partial<UploadSourceFile>

const lengthOf = (ranges: readonly Range[]): number => ranges.reduce((sum, { length }) => sum + length, 0)

/** Finds what the cluster has of one upload's file already. An upload never fails for it: it is then sent as it is. */
export class Delta {
  readonly #parts: DeltaParts
  readonly #record: UploadRecord
  readonly #source: ChunkSource
  readonly #signal: AbortSignal
  #sources: UploadSourceFile[] | undefined
  #local: Signature | undefined
  #reuse: Reuse | undefined
  #isCompared = false

  constructor(parts: DeltaParts, record: UploadRecord, source: ChunkSource, signal: AbortSignal) {
    this.#parts = parts
    this.#record = record
    this.#source = source
    this.#signal = signal
  }

  /** Bytes per chunk by which the file can be told to be one that the cluster has; to be asked before it is opened there. */
  async chunkSize(): Promise<number | undefined> {
    return (await this.#earlier()).find((one) => this.#maySame(one))?.chunk_size
  }

  /**
   * Finds what of the missing chunks the cluster has, once: the file's chunks are hashed for it, or its content is compared.
   *
   * @param hash Computes the digests of `chunks` that are not known yet.
   */
  async compare(chunks: ChunkSet, hash: () => Promise<void>): Promise<void> {
    if (this.#isCompared) return
    const missing = chunks.missing().map((index) => chunkRange(chunks.size, chunks.chunkSize, index))
    const sources = lengthOf(missing) < WORTH ? [] : await this.#earlier()
    if (sources.length > 0) {
      const { list } = this.#parts
      list.update(this.#record, { comparing: true })
      try {
        const same = await this.#unlessFailed(() => this.#findSame(sources, chunks, hash))
        this.#reuse = new Reuse(same ?? (await this.#findParts(sources, missing)), chunks)
      } finally {
        list.update(this.#record, { comparing: false })
      }
    }
    this.#isCompared = true
    this.#local = undefined
  }

  /** The chunk as a recipe, where the cluster has something of it. */
  readonly packing: Packing = async (chunk) => this.#reuse?.packed(chunk)

  /** The chunk as a recipe where it need not be read for that. */
  readonly known = (index: number): KnownChunk | undefined => this.#reuse?.known(index)

  /** Earlier files, the likeliest first. */
  async #earlier(): Promise<Earlier[]> {
    const { size, name, whole, agentUploadId, formerUploadId, formerSent } = this.#record
    if (whole || size < WORTH) return []
    this.#sources ??= await this.#unlessFailed(() => askSources(this.#parts.client, { name, size }, this.#signal))
    // Older agents know nothing of it.
    if (this.#sources === undefined) return (this.#sources = [])
    const former = formerUploadId === undefined ? [] : [{ upload_id: formerUploadId, file_size: formerSent }]
    const others = this.#sources.filter(({ upload_id: id }) => id !== agentUploadId && id !== formerUploadId)
    const named = others.filter(({ filename }) => filename === name)
    return [...former, ...named, ...others.filter((one) => !named.includes(one))]
  }

  async #unlessFailed<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      this.#signal.throwIfAborted()
      const code = error instanceof AppError ? error.value.code : undefined
      if (code !== undefined && NOT_OURS.has(code)) throw error
      this.#parts.platform.log.debug('a file is not compared', { upload: this.#record.id, reason: String(error) })
      return undefined
    }
  }

  #maySame({ file_size, chunk_size, digest }: Earlier): boolean {
    return (
      digest !== undefined &&
      chunk_size !== undefined &&
      file_size === this.#record.size &&
      chunk_size >= CHUNK.least &&
      chunk_size <= CHUNK.most &&
      chunkCount(file_size, chunk_size) <= CHUNK.count
    )
  }

  async #findSame(
    sources: readonly Earlier[],
    chunks: ChunkSet,
    hash: () => Promise<void>,
  ): Promise<Found[] | undefined> {
    const likely = sources.filter((one) => this.#maySame(one) && one.chunk_size === chunks.chunkSize)
    if (likely.length === 0) return undefined
    await this.#parts.comparing.run(hash, this.#signal)
    const digest = chunks.treeDigest()
    const same = likely.find((one) => one.digest === digest)
    if (same === undefined) return undefined
    const coverage = new Coverage()
    coverage.add(0, 0, chunks.size)
    return [{ source: same.upload_id, coverage }]
  }

  async #findParts(sources: readonly Earlier[], missing: readonly Range[]): Promise<Found[]> {
    const found: Found[] = []
    for (const source of sources.slice(0, MOST_SOURCES)) {
      const coverage = await this.#unlessFailed(() => this.#coverageBy(source, missing))
      if (coverage === undefined) continue
      found.push({ source: source.upload_id, coverage })
      if (coverage.total > lengthOf(missing) * ENOUGH) break
    }
    return found
  }

  async #coverageBy({ upload_id: id, file_size }: Earlier, missing: readonly Range[]) {
    const { client, list, lane } = this.#parts
    const rate = Math.max(AGENT_RATE, lane.wire.capacity ?? 0)
    const patience = AGENT_OTHERS_MS + (file_size / rate) * 1000
    const stop = new AbortController()
    const computing = this.#localSignature(missing)
    computing.catch((error: unknown) => stop.abort(error))
    // The agent computes while this side does.
    const fetching = fetchSignature(client, id, patience, AbortSignal.any([this.#signal, stop.signal]))
    const [local, theirs] = await Promise.allSettled([computing, fetching])
    if (local.status === 'rejected') throw local.reason
    if (theirs.status === 'rejected') throw theirs.reason
    if (theirs.value === undefined) return undefined
    const { signature, crossed } = theirs.value
    list.update(this.#record, { crossed: this.#record.crossed + crossed })
    const coverage = new Coverage()
    await eachMatch(local.value, signature, (mine, other) => {
      coverage.add(local.value.offset(mine), signature.offset(other), local.value.length(mine))
    })
    return coverage
  }

  async #localSignature(missing: readonly Range[]): Promise<Signature> {
    const { comparing, workers } = this.#parts
    const compute = () =>
      localSignature(
        spansOf(missing),
        (range, into) => this.#source.read(range, this.#record, into, this.#signal),
        (piece) => workers.run('cut', piece),
      )
    this.#local ??= await comparing.run(compute, this.#signal)
    return this.#local
  }
}
