import type { Static } from 'typebox'
import type { JobAnswer } from '../../../contract/agent/jobs.ts'
import type { JobDetail } from '../../../contract/jobs.ts'
import type { AgentClient } from '../agent-client/index.ts'

export const jobPath = (id: string): string => `/api/v2/jobs/${encodeURIComponent(id)}`

export async function jobDetail(client: AgentClient, id: string, signal: AbortSignal): Promise<JobDetail> {
  const { job } = await client.get<Static<typeof JobAnswer>>(jobPath(id), { signal })
  return job
}
