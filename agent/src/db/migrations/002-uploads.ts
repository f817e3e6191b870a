export const migration = {
  id: 2,
  up: [
    `CREATE TABLE file_uploads (
      id TEXT PRIMARY KEY,
      user TEXT NOT NULL,
      key TEXT,
      filename TEXT NOT NULL,
      folder TEXT NOT NULL,
      label TEXT NOT NULL,
      class TEXT NOT NULL,
      size INTEGER NOT NULL,
      chunk_size INTEGER NOT NULL,
      total_chunks INTEGER NOT NULL,
      status TEXT NOT NULL,
      path TEXT,
      digest TEXT,
      checksum TEXT,
      error TEXT,
      warnings TEXT,
      created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL
    ) STRICT`,
    'CREATE UNIQUE INDEX file_uploads_key ON file_uploads (user, key) WHERE key IS NOT NULL',
    'CREATE INDEX file_uploads_user_status_time ON file_uploads (user, status, created_at)',
    'CREATE INDEX file_uploads_status ON file_uploads (status, updated_at)',
    'CREATE INDEX file_uploads_label ON file_uploads (user, label)',
    'CREATE INDEX file_uploads_path ON file_uploads (user, path) WHERE path IS NOT NULL',
    `CREATE TABLE upload_chunks (
      upload_id TEXT NOT NULL REFERENCES file_uploads (id) ON DELETE CASCADE,
      idx INTEGER NOT NULL,
      digest BLOB NOT NULL,
      boot TEXT NOT NULL,
      PRIMARY KEY (upload_id, idx)
    ) STRICT, WITHOUT ROWID`,
  ],
}
