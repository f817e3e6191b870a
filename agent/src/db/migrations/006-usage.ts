/** What jobs used: their course while they ran, thinned, and the figures of the whole once they have ended. */
export const migration = {
  id: 6,
  up: [
    `CREATE TABLE job_usage (
      number INTEGER NOT NULL,
      element INTEGER NOT NULL,
      user TEXT NOT NULL,
      template_id TEXT,
      nodes INTEGER NOT NULL,
      samples TEXT NOT NULL,
      final TEXT,
      state TEXT,
      elapsed_seconds REAL,
      memory_bytes REAL,
      cpu_seconds REAL,
      core_seconds REAL,
      gpu_percent REAL,
      ended_at TEXT,
      PRIMARY KEY (number, element)
    ) STRICT, WITHOUT ROWID`,
    'CREATE INDEX job_usage_past ON job_usage (user, template_id, ended_at) WHERE ended_at IS NOT NULL',
  ],
}
