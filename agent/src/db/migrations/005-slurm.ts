/** What was handed to Slurm, by the exactly-once key, and what was last known of it; and a name of this database. */
export const migration = {
  id: 5,
  up: [
    `CREATE TABLE slurm_submissions (
      user TEXT NOT NULL,
      key TEXT NOT NULL,
      account TEXT,
      comment TEXT NOT NULL,
      folder TEXT NOT NULL,
      array TEXT,
      job_id TEXT,
      first_attempt_at TEXT NOT NULL,
      last_attempt_at TEXT NOT NULL,
      last_attempt_ended_at TEXT,
      attempts INTEGER NOT NULL,
      last TEXT,
      ended INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (user, key)
    ) STRICT`,
    'CREATE INDEX slurm_submissions_job ON slurm_submissions (job_id)',
    'CREATE INDEX slurm_submissions_open ON slurm_submissions (ended)',
    'CREATE TABLE slurm_instance (name TEXT NOT NULL) STRICT',
    'INSERT INTO slurm_instance (name) VALUES (lower(hex(randomblob(8))))',
  ],
}
