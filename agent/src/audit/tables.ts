import type { Generated } from 'kysely'

export interface AuditLogTable {
  id: Generated<number>
  /** Who. */
  user: string
  action: string
  resource: string | null
  method: string | null
  address: string | null
  agent: string | null
  status: 'success' | 'failure'
  error: string | null
  time: string
}

export interface SecurityEventTable {
  id: Generated<number>
  type: string
  severity: 'low' | 'medium' | 'high'
  user: string | null
  address: string | null
  detail: string | null
  /** 0 or 1: an admin has looked at it. */
  resolved: Generated<number>
  time: string
}

export interface AuditTables {
  audit_logs: AuditLogTable
  security_events: SecurityEventTable
}
