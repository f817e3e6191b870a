/** Requests that came with a key. Without a status: begun, and what became of it is not known. */
export interface IdempotentRequestsTable {
  user: string
  key: string
  /** SHA-256 of method, address and body, hex. */
  fingerprint: string
  /** ISO 8601: when it came for the first time. */
  begun_at: string
  status: number | null
  answer: string | null
}

export interface IdempotencyTables {
  idempotent_requests: IdempotentRequestsTable
}
