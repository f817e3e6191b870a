/** What users were told about their jobs, and what they do not want to be told. */
export const migration = {
  id: 9,
  up: [
    `CREATE TABLE notifications (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user TEXT NOT NULL,
      key TEXT NOT NULL,
      body TEXT NOT NULL
    ) STRICT`,
    'CREATE UNIQUE INDEX notifications_key ON notifications (user, key)',
    'CREATE INDEX notifications_user ON notifications (user, id)',
    'CREATE TABLE notification_choices (user TEXT PRIMARY KEY, kinds TEXT NOT NULL) STRICT',
    `CREATE TABLE notification_muted (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      user TEXT NOT NULL,
      job TEXT NOT NULL
    ) STRICT`,
    'CREATE UNIQUE INDEX notification_muted_job ON notification_muted (user, job)',
  ],
}
