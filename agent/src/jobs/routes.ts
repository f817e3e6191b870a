import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import {
  CancelAnswer,
  ChangeAnswer,
  ChangeRequest,
  CloneRequest,
  ElementPage,
  ElementQuery,
  JobAnswer,
  JobList,
  JobQuery,
  Resubmission,
  SubmitAnswer,
  SubmitRequest,
} from '../../../contract/agent/jobs.ts'
import { TemplateAnswer } from '../../../contract/agent/templates.ts'
import { JobChange, type JobState } from '../../../contract/jobs.ts'
import { doubtfulSince, leaveOpen } from '../idempotency/index.ts'
import { Failure } from '../kit/failure.ts'
import { identityOf, originOf } from '../kit/http.ts'
import { isAdmin } from '../kit/identity.ts'
import { cloneOf } from './clone.ts'
import { type JobRouteParts, submitJobs, viewJobs } from './parts.ts'
import { asJob } from './record.ts'

const Params = Type.Object({ id: Type.String({ maxLength: 128 }) })
type Params = { id: string }

/** What it has done is not known. */
const isDoubtful = (failure: unknown) => failure !== undefined && !(failure instanceof Failure && failure.status < 500)

const statesOf = (words: string | undefined) => words?.split(',') as JobState[] | undefined

/** The routes of contract/agent/jobs.ts. */
export function jobRoutes(parts: JobRouteParts): FastifyPluginAsync {
  return async (app) => {
    submitting(app, parts)
    reading(app, parts)
    changing(app, parts)
    cloning(app, parts)
  }
}

function submitting(app: FastifyInstance, { agent, service }: JobRouteParts): void {
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
}

function reading(app: FastifyInstance, { history, service }: JobRouteParts): void {
  app.get<{ Querystring: JobQuery }>(
    '/api/v2/jobs',
    { config: viewJobs, schema: { querystring: JobQuery, response: { 200: JobList } } },
    async (request, reply) => {
      const who = identityOf(request)
      const { limit = 100, offset = 0, all, state, ...others } = request.query
      const everybody = isAdmin(who) && (all === '1' || all === 'true')
      const states = statesOf(state)
      const { jobs, total } = await history.page({
        user: everybody ? undefined : who.username,
        limit,
        offset,
        ...others,
        ...(states === undefined ? {} : { states }),
      })
      reply.header('X-Total-Count', String(total)).header('X-Page-Count', String(Math.ceil(total / limit)))
      return { jobs: jobs.map((job) => asJob(job)), total }
    },
  )

  app.get<{ Params: Params }>(
    '/api/v2/jobs/:id',
    { config: viewJobs, schema: { params: Params, response: { 200: JobAnswer } } },
    async (request) => ({ job: await service.detail(await service.find(identityOf(request), request.params.id)) }),
  )

  app.get<{ Params: Params; Querystring: ElementQuery }>(
    '/api/v2/jobs/:id/elements',
    { config: viewJobs, schema: { params: Params, querystring: ElementQuery, response: { 200: ElementPage } } },
    async (request, reply) => {
      const { job } = await service.find(identityOf(request), request.params.id)
      if (job.array === undefined) throw new Failure('NOT_FOUND', `Job ${request.params.id} is no array.`)
      const { state, offset = 0, limit = 100 } = request.query
      const page = await history.elements(job.number, { states: statesOf(state), offset, limit })
      reply.header('X-Total-Count', String(page.total))
      return page
    },
  )

  app.get<{ Params: Params }>(
    '/api/v2/jobs/:id/submission',
    { config: viewJobs, schema: { params: Params, response: { 200: Resubmission } } },
    async (request) => service.resubmission(await service.find(identityOf(request), request.params.id)),
  )
}

function changing(app: FastifyInstance, { agent, service }: JobRouteParts): void {
  /** Each in the audit, whatever became of it. */
  async function change(request: FastifyRequest, ids: readonly string[], wanted: JobChange) {
    const who = identityOf(request)
    const results = await service.change(who, ids, wanted, doubtfulSince(request))
    for (const { id, error } of results) {
      agent.audit.record({
        user: who.username,
        action: `job.${wanted.action}`,
        resource: id,
        ...originOf(request),
        ...(error === undefined ? { status: 'success' } : { status: 'failure', error: error.message }),
      })
    }
    return results
  }

  async function changeOne(request: FastifyRequest, id: string, wanted: JobChange) {
    const [result] = await change(request, [id], wanted)
    if (result?.job === undefined) throw result?.failure
    return { job: result.job }
  }

  app.post<{ Params: Params }>(
    '/api/v2/jobs/:id/cancel',
    { config: { ...submitJobs, once: true }, schema: { params: Params, response: { 200: CancelAnswer } } },
    (request) => changeOne(request, request.params.id, { action: 'cancel' }),
  )

  app.post<{ Params: Params; Body: JobChange }>(
    '/api/v2/jobs/:id/change',
    {
      config: { ...submitJobs, once: true },
      schema: { params: Params, body: JobChange, response: { 200: CancelAnswer } },
    },
    (request) => changeOne(request, request.params.id, request.body),
  )

  app.post<{ Body: ChangeRequest }>(
    '/api/v2/jobs/change',
    {
      config: { ...submitJobs, once: true, limit: { max: 60, windowSeconds: 60 } },
      schema: { body: ChangeRequest, response: { 200: ChangeAnswer } },
    },
    async (request) => {
      const results = await change(request, request.body.ids, request.body.change)
      for (const { id, failure } of results) {
        if (failure !== undefined && !(failure instanceof Failure)) {
          request.log.error({ err: failure, job: id }, 'a job could not be changed')
        }
      }
      if (results.some(({ failure }) => isDoubtful(failure))) leaveOpen(request)
      return { results: results.map(({ failure: _failure, ...result }) => result) }
    },
  )
}

function cloning(app: FastifyInstance, { agent, service, templates }: JobRouteParts): void {
  app.post<{ Params: Params; Body: CloneRequest }>(
    '/api/v2/jobs/:id/template',
    { config: submitJobs, schema: { params: Params, body: CloneRequest, response: { 201: TemplateAnswer } } },
    async (request, reply) => {
      const who = identityOf(request)
      const { job } = await service.find(who, request.params.id)
      const answer = await templates.create(who, await cloneOf(job, request.body, who, templates))
      agent.audit.record({
        user: who.username,
        action: 'template.create',
        resource: request.body.id,
        ...originOf(request),
        status: 'success',
      })
      return reply.code(201).send(answer)
    },
  )
}
