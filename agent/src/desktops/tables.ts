import type { Generated } from 'kysely'
import type { DesktopEnd } from '../../../contract/desktops.ts'

/** What must outlive the agent of a desktop, beside what its job keeps. Times ISO 8601. */
export interface DesktopsTable {
  /** The submission's. */
  number: number
  /** Of the last key or pointer event, or of the last viewer's end. */
  used_at: Generated<string | null>
  /** What the password of a colleague must become, see share.ts. */
  share: Generated<string | null>
  shared_at: Generated<string | null>
  /** 1: nobody used it, and the agent has begun to end it for that. */
  idle_end: Generated<number>
  end_kind: Generated<DesktopEnd | null>
  end_detail: Generated<string | null>
  /** 1: what its session may have left behind is removed. */
  cleaned: Generated<number>
}

export interface DesktopsTables {
  desktops: DesktopsTable
}
