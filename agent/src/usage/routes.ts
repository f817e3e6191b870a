import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { UsageAnswer } from '../../../contract/agent/usage.ts'
import { type Jobs, viewJobs } from '../jobs/index.ts'
import { identityOf } from '../kit/http.ts'
import type { Sampler } from './sampler.ts'

const Params = Type.Object({ id: Type.String({ maxLength: 128 }) })

/** What a job uses and has used. */
export function usageRoutes(jobs: Pick<Jobs, 'find'>, sampler: Pick<Sampler, 'of'>): FastifyPluginAsync {
  return async (app) => {
    app.get<{ Params: { id: string } }>(
      '/api/v2/jobs/:id/usage',
      {
        config: viewJobs,
        schema: {
          summary: 'Memory, processor time, I/O and GPU of a job, over its course and as a whole',
          params: Params,
          response: { 200: UsageAnswer },
        },
      },
      async (request) => sampler.of(await jobs.find(identityOf(request), request.params.id)),
    )
  }
}
