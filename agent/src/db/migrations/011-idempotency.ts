/** What requests with a key were answered, to be answered the same again. */
export const migration = {
  id: 11,
  up: [
    `CREATE TABLE idempotent_requests (
      user TEXT NOT NULL,
      key TEXT NOT NULL,
      fingerprint TEXT NOT NULL,
      begun_at TEXT NOT NULL,
      status INTEGER,
      answer TEXT,
      PRIMARY KEY (user, key)
    ) STRICT`,
    'CREATE INDEX idempotent_requests_begun ON idempotent_requests (begun_at)',
  ],
}
