import type { DatabaseSync } from 'node:sqlite'
import type { JobFile, Submission } from '../../../contract/jobs.ts'
import type { BoundUpload } from '../../../contract/outbox.ts'
import type { OutboxRecord } from './record.ts'

/** A submission as Headway 0.1 kept it among its tasks. */
interface Former {
  submission: Submission
  uploads: BoundUpload[]
  stored?: JobFile[]
  user?: string
  key: string
  sent: boolean
}

/** Submissions that wait in the tasks' journal of Headway 0.1, as entries under the keys they have. */
export function formerSubmissions(tasks: DatabaseSync): Omit<OutboxRecord, 'rank' | 'siteName'>[] {
  const rows = tasks
    .prepare(
      "SELECT change, site, body, created_at FROM task WHERE kind = 'submit' AND state = 'running' ORDER BY created_at",
    )
    .all()
  return rows.map((row) => {
    const { submission, uploads, stored, user, key, sent } = JSON.parse(String(row['body'])) as Former
    const createdAt = String(row['created_at'])
    return {
      id: key,
      change: String(row['change']),
      site: String(row['site']),
      user,
      action: { kind: 'submit', submission, uploads, ...(stored === undefined ? {} : { stored }) },
      when: {},
      phase: 'queued',
      sent,
      round: 0,
      story: [{ at: createdAt, what: 'queued' }],
      createdAt,
      updatedAt: createdAt,
    }
  })
}

/** After they were taken over. */
export function forgetFormer(tasks: DatabaseSync): void {
  tasks.exec("DELETE FROM task WHERE kind = 'submit'")
}
