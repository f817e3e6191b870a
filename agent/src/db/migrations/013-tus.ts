/** Uploads that come by the tus protocol: what their client has said of them, and how far into its chunk the last one is. */
export const migration = {
  id: 13,
  up: [
    `CREATE TABLE tus_uploads (
      upload_id TEXT PRIMARY KEY REFERENCES file_uploads (id) ON DELETE CASCADE,
      metadata TEXT NOT NULL,
      offset INTEGER NOT NULL,
      boot TEXT NOT NULL
    ) STRICT, WITHOUT ROWID`,
  ],
}
