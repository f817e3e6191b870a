import { type Insertable, type Kysely, type Selectable, sql, type Updateable } from 'kysely'
import type { Database } from '../db/database.ts'
import { Slices } from '../kit/slices.ts'
import type { FileUploadsTable } from './tables.ts'

export type UploadRow = Selectable<FileUploadsTable>

const OPEN = ['receiving', 'verifying'] as const
const PAGE = 5000
/** More than are wanted: some may be gone from the disk. */
const ALIKE = 24
/** Rows of one statement. */
const TOGETHER = 200

/** All that uploads keep in the database. */
export class UploadStore {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  find(id: string): Promise<UploadRow | undefined> {
    return this.#db.selectFrom('file_uploads').selectAll().where('id', '=', id).executeTakeFirst()
  }

  findByKeys(user: string, keys: readonly string[]): Promise<UploadRow[]> {
    if (keys.length === 0) return Promise.resolve([])
    return this.#db.selectFrom('file_uploads').selectAll().where('user', '=', user).where('key', 'in', keys).execute()
  }

  /** Some at a time: a thousand would keep everybody waiting. */
  async insert(rows: readonly Insertable<FileUploadsTable>[]): Promise<void> {
    const slices = new Slices()
    for (let at = 0; at < rows.length; at += TOGETHER) {
      await this.#db
        .insertInto('file_uploads')
        .values(rows.slice(at, at + TOGETHER))
        .execute()
      await slices.pause()
    }
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

  /** Whether a job form holds the thing that this file is, or is in. Asked first: a dropped folder may have 30,000 rows. */
  async hasItem(user: string, label: string, { filename, folder }: ItemName): Promise<boolean> {
    const top = folder.split('/', 1)[0] ?? ''
    const found = await this.#db
      .selectFrom('file_uploads')
      .select('id')
      .where('user', '=', user)
      .where('label', '=', label)
      .where('status', 'in', [...OPEN, 'uploaded'])
      .where((e) =>
        folder === ''
          ? e.and([e('folder', '=', ''), e('filename', '=', filename)])
          : // All below it sort between `top/` and the character behind the slash.
            e.or([e('folder', '=', top), e.and([e('folder', '>=', `${top}/`), e('folder', '<', `${top}0`)])]),
      )
      .limit(1)
      .executeTakeFirst()
    return found !== undefined
  }

  /** What a job form holds so far: its files, and each dropped folder once. */
  async itemsOf(user: string, label: string): Promise<Set<string>> {
    const rows = await this.#db
      .selectFrom('file_uploads')
      .select(
        sql<string>`CASE folder WHEN '' THEN 'file ' || filename
          ELSE 'folder ' || substr(folder, 1, instr(folder || '/', '/') - 1) END`.as('item'),
      )
      .distinct()
      .where('user', '=', user)
      .where('label', '=', label)
      .where('status', 'in', [...OPEN, 'uploaded'])
      .execute()
    return new Set(rows.map(({ item }) => item))
  }

  /**
   * Files of the user's own, whole or partly there, of this size (those of the same name first) and others of this name;
   * newest first.
   */
  async alike(
    user: string,
    { name, size }: { name: string; size: number },
  ): Promise<{ sameSize: UploadRow[]; sameName: UploadRow[] }> {
    const theirs = this.#db
      .selectFrom('file_uploads')
      .selectAll()
      .where('user', '=', user)
      .where('size', '>', 0)
      .where((e) =>
        e.or([
          e('status', '=', 'uploaded'),
          e.and([
            e('status', '=', 'receiving'),
            e.exists(e.selectFrom('upload_chunks').select('idx').whereRef('upload_id', '=', 'file_uploads.id')),
          ]),
        ]),
      )
      .limit(ALIKE)
    const sameSize = theirs.where('size', '=', size).orderBy((e) => e('filename', '=', name), 'desc')
    const sameName = theirs.where('filename', '=', name).where('size', '!=', size)
    return {
      sameSize: await sameSize.orderBy('updated_at', 'desc').execute(),
      sameName: await sameName.orderBy('updated_at', 'desc').execute(),
    }
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

  /** These are whole and have their path, digest and warnings. */
  async finish(rows: readonly Pick<UploadRow, 'id' | 'path' | 'digest' | 'warnings'>[]): Promise<void> {
    const slices = new Slices()
    for (let at = 0; at < rows.length; at += TOGETHER) {
      const some = rows.slice(at, at + TOGETHER)
      const json = JSON.stringify(some.map(({ id, path, digest, warnings }) => [id, path, digest, warnings]))
      await this.#db.transaction().execute(async (transaction) => {
        await sql`
          UPDATE file_uploads
          SET status = 'uploaded', path = f.path, digest = f.digest, warnings = f.warnings
          FROM (
            SELECT value ->> 0 AS id, value ->> 1 AS path, value ->> 2 AS digest, value ->> 3 AS warnings
            FROM json_each(${json})
          ) AS f
          WHERE file_uploads.id = f.id`.execute(transaction)
        const ids = sql<string>`(SELECT value ->> 0 FROM json_each(${json}))`
        await transaction.deleteFrom('upload_chunks').where('upload_id', 'in', ids).execute()
      })
      await slices.pause()
    }
  }

  async addChunk(upload: string, index: number, digest: Uint8Array, boot: string): Promise<void> {
    await this.#db.insertInto('upload_chunks').values({ upload_id: upload, idx: index, digest, boot }).execute()
  }

  async removeChunks(upload: string, indexes?: number[]): Promise<void> {
    const theirs = this.#db.deleteFrom('upload_chunks').where('upload_id', '=', upload)
    if (indexes === undefined) await theirs.execute()
    for (let at = 0; at < (indexes?.length ?? 0); at += PAGE) {
      await theirs.where('idx', 'in', indexes?.slice(at, at + PAGE) ?? []).execute()
    }
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

/** What a file is called within its job form. */
interface ItemName {
  filename: string
  folder: string
}

/** A dropped folder counts as one thing of a job form, whatever it holds. As `itemsOf` puts it. */
export const itemOf = (file: ItemName): string =>
  file.folder === '' ? `file ${file.filename}` : `folder ${file.folder.split('/', 1)[0] ?? ''}`
