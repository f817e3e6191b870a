import type { Insertable, Kysely, Selectable, Updateable } from 'kysely'
import type { Database } from '../db/database.ts'
import type { FileUploadsTable } from './tables.ts'

export type UploadRow = Selectable<FileUploadsTable>

const OPEN = ['receiving', 'verifying'] as const
const PAGE = 5000

/** All that uploads keep in the database. */
export class UploadStore {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  find(id: string): Promise<UploadRow | undefined> {
    return this.#db.selectFrom('file_uploads').selectAll().where('id', '=', id).executeTakeFirst()
  }

  findByKey(user: string, key: string): Promise<UploadRow | undefined> {
    return this.#db
      .selectFrom('file_uploads')
      .selectAll()
      .where('user', '=', user)
      .where('key', '=', key)
      .executeTakeFirst()
  }

  async insert(row: Insertable<FileUploadsTable>): Promise<void> {
    await this.#db.insertInto('file_uploads').values(row).execute()
  }

  async update(id: string, change: Updateable<FileUploadsTable>): Promise<void> {
    await this.#db.updateTable('file_uploads').set(change).where('id', '=', id).execute()
  }

  /** Newest first; of everybody where `user` is undefined. */
  async page(user: string | undefined, limit: number, offset: number): Promise<{ rows: UploadRow[]; total: number }> {
    const of = this.#db.selectFrom('file_uploads').$if(user !== undefined, (q) => q.where('user', '=', user ?? ''))
    const rows = await of.selectAll().orderBy('created_at', 'desc').orderBy('id').limit(limit).offset(offset).execute()
    const count = await of.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirst()
    return { rows, total: count?.total ?? 0 }
  }

  /** Uploads that arrive or are verified; those last changed before `before`, where it is given. */
  open(before?: string): Promise<UploadRow[]> {
    return this.#db
      .selectFrom('file_uploads')
      .selectAll()
      .where('status', 'in', OPEN)
      .$if(before !== undefined, (q) => q.where('updated_at', '<', before ?? ''))
      .execute()
  }

  /** What a job form holds so far: its files, and each dropped folder once. */
  async itemsOf(user: string, label: string): Promise<Set<string>> {
    const rows = await this.#db
      .selectFrom('file_uploads')
      .select(['filename', 'folder'])
      .distinct()
      .where('user', '=', user)
      .where('label', '=', label)
      .where('status', 'in', [...OPEN, 'uploaded'])
      .execute()
    return new Set(rows.map(itemOf))
  }

  /** A finished upload at this place. */
  storedAt(user: string, path: string): Promise<UploadRow | undefined> {
    return this.#db
      .selectFrom('file_uploads')
      .selectAll()
      .where('user', '=', user)
      .where('path', '=', path)
      .where('status', '=', 'uploaded')
      .executeTakeFirst()
  }

  async addChunk(upload: string, index: number, digest: Uint8Array, boot: string): Promise<void> {
    await this.#db.insertInto('upload_chunks').values({ upload_id: upload, idx: index, digest, boot }).execute()
  }

  async removeChunks(upload: string, indexes?: number[]): Promise<void> {
    await this.#db
      .deleteFrom('upload_chunks')
      .where('upload_id', '=', upload)
      .$if(indexes !== undefined, (q) => q.where('idx', 'in', indexes ?? []))
      .execute()
  }

  async chunk(upload: string, index: number): Promise<Uint8Array | undefined> {
    const row = await this.#db
      .selectFrom('upload_chunks')
      .select('digest')
      .where('upload_id', '=', upload)
      .where('idx', '=', index)
      .executeTakeFirst()
    return row?.digest
  }

  /** In order, a page at a time: a file of 50 GiB may have a hundred thousand. */
  async *chunks(upload: string): AsyncGenerator<{ idx: number; digest: Uint8Array; boot: string }> {
    for (let after = -1; ;) {
      const rows = await this.#db
        .selectFrom('upload_chunks')
        .select(['idx', 'digest', 'boot'])
        .where('upload_id', '=', upload)
        .where('idx', '>', after)
        .orderBy('idx')
        .limit(PAGE)
        .execute()
      yield* rows
      const last = rows.at(-1)
      if (last === undefined || rows.length < PAGE) return
      after = last.idx
    }
  }
}

/** A dropped folder counts as one thing of a job form, whatever it holds. */
export const itemOf = (file: { filename: string; folder: string }): string =>
  file.folder === '' ? `file ${file.filename}` : `folder ${file.folder.split('/', 1)[0] ?? ''}`
