import type { Insertable, Kysely, Selectable, Updateable } from 'kysely'
import type { Database } from '../db/database.ts'
import type { TusUploadsTable } from './tables.ts'

export type TusRow = Selectable<TusUploadsTable>

/** What is kept of uploads that come by tus, beside what is kept of all. */
export class TusStore {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  find(upload: string): Promise<TusRow | undefined> {
    return this.#db.selectFrom('tus_uploads').selectAll().where('upload_id', '=', upload).executeTakeFirst()
  }

  async insert(row: Insertable<TusUploadsTable>): Promise<void> {
    await this.#db.insertInto('tus_uploads').values(row).execute()
  }

  async update(upload: string, change: Updateable<TusUploadsTable>): Promise<void> {
    await this.#db.updateTable('tus_uploads').set(change).where('upload_id', '=', upload).execute()
  }
}
