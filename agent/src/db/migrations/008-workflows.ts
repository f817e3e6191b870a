/** Runs of workflows. What a step is at is its job's to say, and lies in job_history. */
export const migration = {
  id: 8,
  up: [
    `CREATE TABLE workflow_runs (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      user TEXT NOT NULL,
      key TEXT NOT NULL,
      name TEXT NOT NULL,
      template TEXT NOT NULL,
      parameters TEXT NOT NULL,
      files TEXT NOT NULL,
      queue TEXT NOT NULL,
      state TEXT NOT NULL,
      cancelled INTEGER NOT NULL DEFAULT 0,
      submitted_at TEXT NOT NULL,
      ended_at TEXT
    ) STRICT`,
    'CREATE UNIQUE INDEX workflow_runs_key ON workflow_runs (user, key)',
    'CREATE INDEX workflow_runs_state ON workflow_runs (state)',
    `CREATE TABLE workflow_steps (
      run INTEGER NOT NULL REFERENCES workflow_runs (number) ON DELETE CASCADE,
      step TEXT NOT NULL,
      attempt INTEGER NOT NULL,
      job_id TEXT,
      state TEXT NOT NULL,
      reason TEXT,
      started_at TEXT,
      ended_at TEXT,
      PRIMARY KEY (run, step, attempt)
    ) STRICT, WITHOUT ROWID`,
    'CREATE INDEX workflow_steps_job ON workflow_steps (job_id)',
  ],
}
