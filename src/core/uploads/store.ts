import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { inTransaction } from '../kit/journal.ts'
import { linksMigration } from './links.ts'
import { recordOf, type UploadRecord } from './record.ts'

/** What a run learns can be learnt again: it is written together, after at most so long. */
const LATER_MS = 500
/** Rows per transaction: one blocks for a few milliseconds. */
const BATCH = 1_000

export const uploadMigrations = [
  `CREATE TABLE uploads (rank INTEGER PRIMARY KEY, record TEXT NOT NULL);
   CREATE TABLE upload_chunks (
     upload INTEGER NOT NULL, idx INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (upload, idx)
   ) WITHOUT ROWID;`,
  linksMigration,
]

interface Chunk {
  index: number
  digest: Uint8Array
}

interface Row {
  write: () => void
  /** Of the last row of those that were asked for together. */
  done: (() => void) | undefined
  failed: (error: unknown) => void
}

/** The uploads' journal. */
export class UploadStore {
  readonly #db: DatabaseSync
  readonly #put: StatementSync
  readonly #delete: StatementSync
  readonly #putChunk: StatementSync
  readonly #getChunks: StatementSync
  readonly #deleteChunks: StatementSync
  readonly #removed = new WeakSet<UploadRecord>()
  /** To be written in this order. */
  #rows: Row[] = []
  #writing: Promise<void> | undefined
  /** Written soon, with the chunks that were hashed since; `dropped`: those of before are not needed any more. */
  #later = new Map<UploadRecord, { chunks: Chunk[]; dropped: boolean }>()
  #timer: NodeJS.Timeout | undefined

  /** @param db Opened with `uploadMigrations` and synchronous=FULL. */
  constructor(db: DatabaseSync) {
    this.#db = db
    this.#put = db.prepare('INSERT OR REPLACE INTO uploads (rank, record) VALUES (?, ?)')
    this.#delete = db.prepare('DELETE FROM uploads WHERE rank = ?')
    this.#putChunk = db.prepare('INSERT OR REPLACE INTO upload_chunks (upload, idx, digest) VALUES (?, ?, ?)')
    this.#getChunks = db.prepare('SELECT idx, digest FROM upload_chunks WHERE upload = ?')
    this.#deleteChunks = db.prepare('DELETE FROM upload_chunks WHERE upload = ?')
  }

  load(): UploadRecord[] {
    const rows = this.#db.prepare('SELECT record FROM uploads ORDER BY rank').all()
    return rows.map((row) => recordOf(JSON.parse(String(row['record'])) as Partial<UploadRecord>))
  }

  /** On the disk when it resolves. */
  save(records: readonly UploadRecord[]): Promise<void> {
    return this.#inBatches(records, (record) => this.#write(record))
  }

  #write(record: UploadRecord): void {
    if (!this.#removed.has(record)) this.#put.run(record.rank, JSON.stringify(record))
  }

  remove(records: readonly UploadRecord[]): Promise<void> {
    for (const record of records) {
      this.#removed.add(record)
      this.#later.delete(record)
    }
    return this.#inBatches(records, ({ rank }) => {
      this.#delete.run(rank)
      this.#deleteChunks.run(rank)
    })
  }

  #inBatches(records: readonly UploadRecord[], work: (record: UploadRecord) => void): Promise<void> {
    if (records.length === 0) return Promise.resolve()
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    for (const [at, record] of records.entries()) {
      const isLast = at === records.length - 1
      this.#rows.push({
        write: () => work(record),
        done: isLast ? () => resolve(undefined) : undefined,
        failed: reject,
      })
    }
    this.#writing ??= this.#writeRows().finally(() => {
      this.#writing = undefined
    })
    return promise
  }

  /** What several ask for at once goes to the disk at once. */
  async #writeRows(): Promise<void> {
    await nextTurn()
    while (this.#rows.length > 0) {
      const rows = this.#rows.splice(0, BATCH)
      try {
        inTransaction(this.#db, () => rows.forEach(({ write }) => write()))
        for (const { done } of rows) done?.()
      } catch (error) {
        for (const { failed } of rows) failed(error)
      }
      await nextTurn()
    }
  }

  /** On the disk soon. */
  saveLater(record: UploadRecord): { chunks: Chunk[]; dropped: boolean } {
    const known = this.#later.get(record)
    if (known !== undefined) return known
    const later = { chunks: [], dropped: false }
    this.#later.set(record, later)
    this.#timer ??= setTimeout(() => this.flush(), LATER_MS)
    return later
  }

  /** Remembers a chunk's digest and how far the upload is, soon. */
  addChunk(record: UploadRecord, index: number, digest: Uint8Array): void {
    this.saveLater(record).chunks.push({ index, digest })
  }

  /** Forgets the digests of a version that is not sent any more, or is whole. */
  dropChunks(record: UploadRecord): void {
    Object.assign(this.saveLater(record), { chunks: [], dropped: true })
  }

  /** Digests of chunks of this side's file, also of those the agent does not have yet. */
  chunks(record: UploadRecord): Chunk[] {
    const { chunks = [], dropped = false } = this.#later.get(record) ?? {}
    if (dropped) return chunks
    const rows = this.#getChunks.all(record.rank)
    return [...rows.map(({ idx, digest }) => ({ index: Number(idx), digest: digest as Uint8Array })), ...chunks]
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#later.size === 0) return
    const later = this.#later
    this.#later = new Map()
    // No fsync for these: it could wait for the write-back of gigabytes, and it would block everything else here.
    this.#db.exec('PRAGMA synchronous = NORMAL')
    try {
      inTransaction(this.#db, () => {
        for (const [record, { chunks, dropped }] of later) {
          if (dropped) this.#deleteChunks.run(record.rank)
          for (const { index, digest } of chunks) this.#putChunk.run(record.rank, index, digest)
          this.#write(record)
        }
      })
    } finally {
      this.#db.exec('PRAGMA synchronous = FULL')
    }
  }

  async close(): Promise<void> {
    await this.#writing
    this.flush()
    this.#db.close()
  }
}
