/** Accounts, their refresh tokens, and the records an admin reads. */
export const migration = {
  id: 1,
  up: [
    `CREATE TABLE users (
      id TEXT PRIMARY KEY,
      username TEXT NOT NULL COLLATE NOCASE UNIQUE,
      email TEXT NOT NULL DEFAULT '',
      password TEXT NOT NULL,
      groups TEXT NOT NULL,
      permissions TEXT NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT`,
    `CREATE TABLE refresh_tokens (
      id TEXT PRIMARY KEY,
      family TEXT NOT NULL,
      user TEXT NOT NULL,
      issued_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      replaced_by TEXT,
      replaced_at INTEGER,
      request_id TEXT,
      revoked_at INTEGER
    ) STRICT`,
    'CREATE INDEX refresh_tokens_family ON refresh_tokens (family)',
    'CREATE INDEX refresh_tokens_user ON refresh_tokens (user, revoked_at, expires_at)',
    'CREATE INDEX refresh_tokens_expires ON refresh_tokens (expires_at)',
    'CREATE TABLE denied_tokens (digest TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT',
    `CREATE TABLE audit_logs (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user TEXT NOT NULL,
      action TEXT NOT NULL,
      resource TEXT,
      method TEXT,
      address TEXT,
      agent TEXT,
      status TEXT NOT NULL,
      error TEXT,
      time TEXT NOT NULL
    ) STRICT`,
    'CREATE INDEX audit_logs_user_status_time ON audit_logs (user, status, time)',
    'CREATE INDEX audit_logs_time ON audit_logs (time)',
    `CREATE TABLE security_events (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      type TEXT NOT NULL,
      severity TEXT NOT NULL,
      user TEXT,
      address TEXT,
      detail TEXT,
      resolved INTEGER NOT NULL DEFAULT 0,
      time TEXT NOT NULL
    ) STRICT`,
    'CREATE INDEX security_events_user_status_time ON security_events (user, resolved, time)',
    'CREATE INDEX security_events_type_time ON security_events (type, time)',
  ],
}
