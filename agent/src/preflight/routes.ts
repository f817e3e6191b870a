import type { FastifyPluginAsync } from 'fastify'
import { ChoicesAnswer, PreflightAnswer, PreflightRequest } from '../../../contract/agent/preflight.ts'
import type { JobChoices, Preflight } from '../../../contract/preflight.ts'
import { identityOf } from '../kit/http.ts'
import type { Identity } from '../kit/identity.ts'
import { submitJobs } from '../jobs/index.ts'

/** The routes of contract/agent/preflight.ts. */
export function preflightRoutes(service: {
  check(who: Identity, request: PreflightRequest): Promise<Preflight>
  choices(who: Identity): Promise<JobChoices>
}): FastifyPluginAsync {
  return async (app) => {
    app.post<{ Body: PreflightRequest }>(
      '/api/v2/jobs/preflight',
      {
        config: { ...submitJobs, limit: { max: 120, windowSeconds: 60 } },
        schema: {
          summary: 'What stands in the way of a submission, without making it',
          body: PreflightRequest,
          response: { 200: PreflightAnswer },
        },
      },
      async (request) => service.check(identityOf(request), request.body),
    )

    app.get(
      '/api/v2/jobs/choices',
      {
        config: submitJobs,
        schema: {
          summary: 'Partitions, accounts, QOS and licences that a submission may name',
          response: { 200: ChoicesAnswer },
        },
      },
      async (request) => service.choices(identityOf(request)),
    )
  }
}
