import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { CancelAnswer, JobAnswer, JobList, SubmitAnswer, SubmitRequest } from '../../../contract/agent/jobs.ts'
import { Failure } from '../kit/failure.ts'
import { identityOf, originOf } from '../kit/http.ts'
import { isAdmin } from '../kit/identity.ts'
import { asJob } from './history.ts'
import { type JobRouteParts, submitJobs, viewJobs } from './parts.ts'

const Params = Type.Object({ id: Type.String({ maxLength: 128 }) })
const ListQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000, default: 0 })),
  all: Type.Optional(Type.Union([Type.Literal('1'), Type.Literal('true'), Type.Literal('0'), Type.Literal('false')])),
})

/** The routes of contract/agent/jobs.ts. */
export function jobRoutes(parts: JobRouteParts): FastifyPluginAsync {
  return async (app) => {
    jobsThemselves(app, parts)
  }
}

function jobsThemselves(app: FastifyInstance, { agent, history, service }: JobRouteParts): void {
  for (const url of ['/api/jobs/submit', '/api/slurm/jobs/submit']) {
    app.post<{ Body: SubmitRequest }>(
      url,
      {
        config: { ...submitJobs, limit: { max: 10, windowSeconds: 60 } },
        schema: { body: SubmitRequest, response: { 200: SubmitAnswer, 201: SubmitAnswer } },
      },
      async (request, reply) => {
        const who = identityOf(request)
        const entry = { user: who.username, action: 'job.submit', ...originOf(request) }
        try {
          const { job, created } = await service.submit(who, request.body)
          const answer = asJob(job)
          if (created) agent.audit.record({ ...entry, resource: answer.id, status: 'success' })
          return await reply.code(created ? 201 : 200).send({ job_id: answer.id, job: answer })
        } catch (error) {
          const reason = error instanceof Failure ? error.message : 'internal error'
          agent.audit.record({ ...entry, resource: request.body.name, status: 'failure', error: reason })
          throw error
        }
      },
    )
  }

  app.get<{ Querystring: { limit: number; offset: number; all?: string } }>(
    '/api/v2/jobs',
    { config: viewJobs, schema: { querystring: ListQuery, response: { 200: JobList } } },
    async (request, reply) => {
      const who = identityOf(request)
      const { limit, offset, all } = request.query
      const everybody = isAdmin(who) && (all === '1' || all === 'true')
      const { jobs, total } = await history.page(everybody ? undefined : who.username, limit, offset)
      reply.header('X-Total-Count', String(total)).header('X-Page-Count', String(Math.ceil(total / limit)))
      return { jobs: jobs.map(asJob), total }
    },
  )

  app.get<{ Params: { id: string } }>(
    '/api/v2/jobs/:id',
    { config: viewJobs, schema: { params: Params, response: { 200: JobAnswer } } },
    async (request) => ({ job: await service.detail(await service.find(identityOf(request), request.params.id)) }),
  )

  app.post<{ Params: { id: string } }>(
    '/api/v2/jobs/:id/cancel',
    { config: submitJobs, schema: { params: Params, response: { 200: CancelAnswer } } },
    async (request) => {
      const who = identityOf(request)
      const job = await service.cancel(await service.find(who, request.params.id))
      agent.audit.record({
        user: who.username,
        action: 'job.cancel',
        resource: request.params.id,
        ...originOf(request),
        status: 'success',
      })
      return { job: asJob(job) }
    },
  )
}
