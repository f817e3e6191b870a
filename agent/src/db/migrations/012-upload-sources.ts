/** Earlier files are looked for by their size and by their name. */
export const migration = {
  id: 12,
  up: [
    'CREATE INDEX file_uploads_user_size ON file_uploads (user, size, updated_at)',
    'CREATE INDEX file_uploads_user_name ON file_uploads (user, filename, updated_at)',
  ],
}
