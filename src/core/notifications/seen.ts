import { openJournal } from '../kit/journal.ts'
import type { Logger } from '../platform.ts'

/** How far a user has got with the notifications of a site, by ids. */
export interface Marks {
  /** Shown by the system, or seen come. */
  claimed: number
  read: number
}

/** The marks, on the disk once they are set: what was shown is shown no second time, however this process ends. */
export interface Seen {
  of(site: string, user: string): Marks | undefined
  set(site: string, user: string, marks: Marks): void
  forget(site: string): void
  close(): void
}

const migrations = [
  `CREATE TABLE seen (
    site TEXT NOT NULL, user TEXT NOT NULL, claimed INTEGER NOT NULL, read INTEGER NOT NULL,
    PRIMARY KEY (site, user)
  ) WITHOUT ROWID`,
]

export function openSeen(path: string, log: Logger): Seen {
  const database = openJournal({ path, migrations, log })
  const one = database.prepare('SELECT claimed, read FROM seen WHERE site = ? AND user = ?')
  const put = database.prepare('INSERT OR REPLACE INTO seen (site, user, claimed, read) VALUES (?, ?, ?, ?)')
  const drop = database.prepare('DELETE FROM seen WHERE site = ?')
  return {
    of(site, user) {
      const row = one.get(site, user)
      return row === undefined ? undefined : { claimed: Number(row['claimed']), read: Number(row['read']) }
    },
    set: (site, user, { claimed, read }) => void put.run(site, user, claimed, read),
    forget: (site) => void drop.run(site),
    close: () => database.close(),
  }
}
