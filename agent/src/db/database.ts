import type { AuditTables } from '../audit/tables.ts'
import type { AuthTables } from '../auth/tables.ts'
import type { ConvergenceTables } from '../convergence/tables.ts'
import type { DesktopsTables } from '../desktops/tables.ts'
import type { IdempotencyTables } from '../idempotency/tables.ts'
import type { JobsTables } from '../jobs/tables.ts'
import type { NotificationsTables } from '../notifications/tables.ts'
import type { SchedulerTables } from '../scheduler/tables.ts'
import type { TemplatesTables } from '../templates/tables.ts'
import type { UploadTables } from '../uploads/tables.ts'
import type { UsageTables } from '../usage/tables.ts'
import type { UsersTables } from '../users/tables.ts'
import type { WorkflowTables } from '../workflows/tables.ts'

/** Every table of `headway.db`; each noun declares its own. */
export type Database = AuditTables &
  AuthTables &
  ConvergenceTables &
  DesktopsTables &
  IdempotencyTables &
  JobsTables &
  NotificationsTables &
  SchedulerTables &
  TemplatesTables &
  UploadTables &
  UsageTables &
  UsersTables &
  WorkflowTables
