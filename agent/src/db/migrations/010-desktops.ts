/** Desktops: what their jobs were asked for stays with the job, what becomes of them beside it. */
export const migration = {
  id: 10,
  up: [
    'ALTER TABLE job_history ADD COLUMN desktop TEXT',
    'CREATE INDEX job_history_desktops ON job_history (user, state, ended_at) WHERE desktop IS NOT NULL',
    `CREATE TABLE desktops (
      number INTEGER PRIMARY KEY REFERENCES job_history (number) ON DELETE CASCADE,
      used_at TEXT,
      share TEXT,
      shared_at TEXT,
      idle_end INTEGER NOT NULL DEFAULT 0,
      end_kind TEXT,
      end_detail TEXT,
      cleaned INTEGER NOT NULL DEFAULT 0
    ) STRICT`,
  ],
}
