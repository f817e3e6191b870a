import { hash } from 'node:crypto'
import type { UploadSetAnswer } from '../../../contract/agent/uploads.ts'
import type { Durability } from '../db/durability.ts'
import type { Agent } from '../kit/agent.ts'
import { bodyOf } from '../kit/answers.ts'
import { Failure, isNoSpace } from '../kit/failure.ts'
import { Slices } from '../kit/slices.ts'
import type { Origin } from './endings.ts'
import type { Finishing } from './finishing.ts'
import { KeyedLock } from './locks.ts'
import type { Open } from './opening.ts'
import { overFailure } from './over.ts'
import { partialPath, type Placing } from './place.ts'
import type { ProgressEvents } from './progress.ts'
import type { Reservations } from './reservations.ts'
import { checkFile } from './security/index.ts'
import type { SetFile } from './set-body.ts'
import type { Space } from './space.ts'
import type { UploadRow, UploadStore } from './store.ts'
import type { Transfers } from './transfers.ts'
import { viewOf } from './view.ts'

interface Parts {
  agent: Agent
  store: UploadStore
  transfers: Transfers
  reservations: Reservations
  progress: ProgressEvents
  finishing: Finishing
  placing: Placing
  space: Space
  durability: Durability
  open: Open
}

/** A file on its way: its row, and what lets others at it again. */
interface Held {
  file: SetFile
  row: UploadRow
  warnings: string[]
  release: () => void
}

const never = new AbortController().signal

/** What `checkFile` reads from. */
const readerOf = (bytes: Buffer) => ({
  read: async (buffer: Buffer, offset: number, length: number, position: number) => ({
    buffer,
    bytesRead: bytes.copy(buffer, offset, position, position + length),
  }),
})

/** The tree digest of a file of one chunk, or of none; hex. */
const treeDigestOf = (bytes: Buffer): string =>
  hash('sha256', bytes.length === 0 ? bytes : hash('sha256', bytes, 'buffer'), 'hex')

/** Stores many small files at once, each opened, verified, written and named as if it had come alone. */
export class UploadSets {
  readonly #parts: Parts
  readonly #openings = new KeyedLock()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** What became of each, in order. The same set again answers the same. */
  async take(user: string, files: readonly SetFile[], origin: Origin): Promise<UploadSetAnswer> {
    const { audit } = this.#parts.agent
    const outcomes = new Map<string, UploadRow | Failure>()
    const warnings = await this.#check(files, outcomes)
    const held = await this.#hold(user, files, { outcomes, warnings }, origin)
    try {
      await this.#write(user, held, outcomes)
    } finally {
      for (const { release } of held) release()
    }
    const failed = [...outcomes.values()].filter((outcome) => outcome instanceof Failure)
    audit.record({
      user,
      action: 'upload.set',
      resource: `${files.length} files`,
      status: failed.length === 0 ? 'success' : 'failure',
      ...(failed[0] === undefined ? {} : { error: `${failed.length} of them: ${failed[0].message}` }),
      ...origin,
    })
    for (const failure of failed) {
      if (failure.code !== 'SECURITY_VALIDATION_FAILED') continue
      const address = origin.address === undefined ? {} : { address: origin.address }
      const detail = failure.warnings?.join(' ') ?? ''
      audit.security({ type: 'upload_refused', severity: 'medium', user, ...address, detail })
    }
    const answers: UploadSetAnswer['files'] = []
    const slices = new Slices()
    for (const { key } of files) {
      answers.push(await this.#answer(key, outcomes.get(key)))
      await slices.pause()
    }
    return { files: answers }
  }

  /** Refuses what is not what it should be, before anything is stored. Returns the warnings of the others. */
  async #check(files: readonly SetFile[], outcomes: Map<string, UploadRow | Failure>): Promise<Map<string, string[]>> {
    const warnings = new Map<string, string[]>()
    const slices = new Slices()
    for (const { key, name, size, chunk_size: chunkSize, digest, bytes } of files) {
      try {
        if (size > chunkSize) {
          throw new Failure('VALIDATION_FAILED', 'A file of a set has one chunk.', { details: { field: 'chunk_size' } })
        }
        if (treeDigestOf(bytes) !== digest) {
          throw new Failure('CHECKSUM_MISMATCH', 'The file arrived damaged: its checksum is not the one sent with it.')
        }
        warnings.set(key, await checkFile(readerOf(bytes), { name, size }, never))
      } catch (error) {
        outcomes.set(key, this.#failureOf(error))
      }
      await slices.pause()
    }
    return warnings
  }

  /** Opens the files and takes hold of those that have to be written. */
  async #hold(
    user: string,
    files: readonly SetFile[],
    { outcomes, warnings }: { outcomes: Map<string, UploadRow | Failure>; warnings: Map<string, string[]> },
    origin: Origin,
  ): Promise<Held[]> {
    const { open, transfers } = this.#parts
    const good = files.filter(({ key }) => !outcomes.has(key))
    const held: Held[] = []
    const known: { file: SetFile; row: UploadRow }[] = []
    // Two sets with the same files must not both take them for their own.
    await this.#openings.run(user, async () => {
      const openings = good.map(({ chunk_size: chunkSize, ...file }) => ({ ...file, chunkSize }))
      for (const [at, outcome] of (await open(user, openings)).entries()) {
        const file = good[at]
        if (file === undefined) continue
        if (outcome instanceof Failure) {
          outcomes.set(file.key, outcome)
          continue
        }
        const { row } = outcome
        const release = row.status === 'receiving' ? await transfers.hold(row.id) : undefined
        if (release === undefined) known.push({ file, row })
        else held.push({ file, row, warnings: warnings.get(file.key) ?? [], release })
      }
    })
    for (const { file, row } of known) {
      outcomes.set(
        file.key,
        await this.#end(row, file.digest, origin).catch((error: unknown) => this.#failureOf(error)),
      )
    }
    return held
  }

  /** How an upload ends that is over, or that somebody else is about to finish. Throws Failure where it is not this file. */
  async #end({ id }: UploadRow, digest: string, origin: Origin): Promise<UploadRow> {
    const { store, transfers, finishing } = this.#parts
    // Waits for another set that has it.
    await transfers.get(id)
    const row = await store.find(id)
    if (row === undefined) throw new Failure('NOT_FOUND', 'There is no such upload.')
    if (row.status === 'receiving') throw new Failure('CONFLICT', 'The file is being sent already. Try again.')
    if (row.status === 'verifying') return (await finishing.complete(row, { digest }, origin)).done
    if (row.status !== 'uploaded') throw overFailure(row)
    if (row.digest !== digest) throw new Failure('CONFLICT', 'This key belongs to a file with other content.')
    return row
  }

  async #write(user: string, held: readonly Held[], outcomes: Map<string, UploadRow | Failure>): Promise<void> {
    const { agent, store, placing, reservations, progress, durability } = this.#parts
    const files = held.map(({ row, file }) => ({ path: partialPath(row), bytes: file.bytes }))
    const written = await agent.files.writeFiles(user, files)
    const whole: Held[] = []
    for (const [at, one] of held.entries()) {
      const error = written[at]
      if (error === undefined) whole.push(one)
      else outcomes.set(one.file.key, await this.#notWritten(user, one, error))
    }
    const rows = whole.map(({ row }) => row)
    const placed = await placing.placeAll(user, rows)
    const finished: UploadRow[] = []
    for (const [at, one] of whole.entries()) {
      const { row, file, warnings } = one
      const path = placed[at] ?? new Error('no outcome')
      if (typeof path === 'string') {
        const end = { status: 'uploaded' as const, path, digest: file.digest }
        finished.push({ ...row, ...end, warnings: warnings.length === 0 ? null : JSON.stringify(warnings) })
      } else outcomes.set(file.key, await this.#notWritten(user, one, path))
    }
    await store.finish(finished)
    // The files are there whatever comes of this.
    await durability
      .sync()
      .catch((error: unknown) => agent.log.warn({ err: error }, 'the database could not be synced'))
    for (const row of finished) {
      outcomes.set(row.key ?? '', row)
      reservations.set(row, 0)
    }
    // One for all: whoever shows a list reads it anew.
    const last = finished.at(-1)
    if (last !== undefined) progress.publish(last, last.total_chunks)
  }

  async #notWritten(user: string, { file }: Held, error: Error): Promise<Failure> {
    return isNoSpace(error) ? this.#parts.space.full(user, file.size) : this.#failureOf(error)
  }

  async #answer(key: string, outcome: UploadRow | Failure | undefined): Promise<UploadSetAnswer['files'][number]> {
    if (outcome === undefined) throw new Error('a file of a set was forgotten')
    if (outcome instanceof Failure) return { key, error: bodyOf(outcome) }
    return { key, upload: await viewOf(outcome, { store: this.#parts.store, files: this.#parts.agent.files }) }
  }

  #failureOf(error: unknown): Failure {
    if (error instanceof Failure) return error
    this.#parts.agent.log.warn({ err: error }, 'a file of a set could not be stored')
    return new Failure('INTERNAL', 'The cluster could not store the file. Send it again.')
  }
}
