import type { Agent } from '../kit/agent.ts'
import type { Templates } from '../templates/index.ts'
import type { History } from './history.ts'
import type { JobService } from './service.ts'

export interface JobRouteParts {
  agent: Agent
  history: History
  service: JobService
  templates: Templates
}

export const viewJobs = { permission: ['dashboard' as const, 'job:view' as const] }
export const submitJobs = { permission: ['dashboard' as const, 'job:submit' as const] }
