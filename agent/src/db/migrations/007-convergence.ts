/** Convergence: how far each job's file was read, and the points that were in it. */
export const migration = {
  id: 7,
  up: [
    `CREATE TABLE convergence_watches (
      job TEXT PRIMARY KEY,
      chosen TEXT,
      alarm TEXT NOT NULL,
      progress TEXT,
      updated_at TEXT NOT NULL
    ) STRICT`,
    'CREATE INDEX convergence_watches_time ON convergence_watches (updated_at)',
    `CREATE TABLE convergence_chunks (
      job TEXT NOT NULL,
      run INTEGER NOT NULL,
      chunk INTEGER NOT NULL,
      body BLOB NOT NULL,
      PRIMARY KEY (job, run, chunk)
    ) STRICT`,
  ],
}
