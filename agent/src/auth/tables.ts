import type { Generated } from 'kysely'

/** Refresh tokens by their `jti`; the tokens themselves are never kept. Times are seconds since 1970. */
export interface RefreshTokenTable {
  id: string
  /** One sign-in and everything rotated from it. */
  family: string
  user: string
  issued_at: number
  expires_at: number
  /** The token that took its place, when, and for which request of the client. */
  replaced_by: Generated<string | null>
  replaced_at: Generated<number | null>
  request_id: Generated<string | null>
  revoked_at: Generated<number | null>
}

/** Access tokens signed out before their time, as SHA-256 of the whole token. */
export interface DeniedTokenTable {
  digest: string
  expires_at: number
}

export interface AuthTables {
  refresh_tokens: RefreshTokenTable
  denied_tokens: DeniedTokenTable
}
