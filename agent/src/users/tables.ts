import type { Generated } from 'kysely'

/** Local accounts. Lists are JSON arrays of strings. */
export interface UserTable {
  id: string
  /** Unique whatever its case: it names a folder, and some file systems fold case. */
  username: string
  email: Generated<string>
  /** PHC string, `$argon2id$…`. */
  password: string
  groups: string
  permissions: string
  created_at: string
}

export interface UsersTables {
  users: UserTable
}
