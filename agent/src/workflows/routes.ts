import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { ExecuteRequest, RestartRequest, RunAnswer, RunList } from '../../../contract/agent/workflows.ts'
import { viewJobs } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { identityOf, originOf } from '../kit/http.ts'
import { isAdmin } from '../kit/identity.ts'
import type { Runs } from './runs.ts'
import { asRun, type Store } from './store.ts'

const Params = Type.Object({ id: Type.String({ maxLength: 20 }) })
const Query = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000, default: 0 })),
  all: Type.Optional(Type.Union(['1', 'true', '0', 'false'].map((word) => Type.Literal(word)))),
})
const execute = { permission: ['cae.execute' as const] }

/** The routes of contract/agent/workflows.ts. */
export function workflowRoutes(agent: Agent, store: Store, runs: Runs): FastifyPluginAsync {
  return async (app) => {
    app.post<{ Body: ExecuteRequest }>(
      '/api/workflow/execute',
      {
        config: { ...execute, limit: { max: 10, windowSeconds: 60 } },
        schema: { body: ExecuteRequest, response: { 200: RunAnswer, 201: RunAnswer } },
      },
      async (request, reply) => {
        const who = identityOf(request)
        const entry = { user: who.username, action: 'workflow.execute', ...originOf(request) }
        try {
          const { run, created } = await runs.execute(who, request.body)
          if (created) agent.audit.record({ ...entry, resource: String(run.number), status: 'success' })
          return await reply.code(created ? 201 : 200).send({ run: asRun(run) })
        } catch (error) {
          const reason = error instanceof Failure ? error.message : 'internal error'
          agent.audit.record({ ...entry, resource: request.body.name, status: 'failure', error: reason })
          throw error
        }
      },
    )

    app.get<{ Querystring: { limit: number; offset: number; all?: string } }>(
      '/api/v2/workflows',
      { config: viewJobs, schema: { querystring: Query, response: { 200: RunList } } },
      async (request, reply) => {
        const who = identityOf(request)
        const { limit, offset, all } = request.query
        const everybody = isAdmin(who) && (all === '1' || all === 'true')
        const page = await store.page(everybody ? undefined : who.username, limit, offset)
        reply.header('X-Total-Count', String(page.total)).header('X-Page-Count', String(Math.ceil(page.total / limit)))
        return { runs: page.runs.map(asRun), total: page.total }
      },
    )

    app.get<{ Params: { id: string } }>(
      '/api/v2/workflows/:id',
      { config: viewJobs, schema: { params: Params, response: { 200: RunAnswer } } },
      async (request) => ({ run: asRun(await runs.find(identityOf(request), request.params.id)) }),
    )

    app.post<{ Params: { id: string } }>(
      '/api/v2/workflows/:id/cancel',
      { config: execute, schema: { params: Params, response: { 200: RunAnswer } } },
      async (request) => {
        const who = identityOf(request)
        const run = await runs.cancel(await runs.find(who, request.params.id))
        agent.audit.record({
          user: who.username,
          action: 'workflow.cancel',
          resource: request.params.id,
          ...originOf(request),
          status: 'success',
        })
        return { run: asRun(run) }
      },
    )

    app.post<{ Params: { id: string }; Body: RestartRequest }>(
      '/api/v2/workflows/:id/restart',
      { config: execute, schema: { params: Params, body: RestartRequest, response: { 200: RunAnswer } } },
      async (request) => {
        const who = identityOf(request)
        const run = await runs.restart(await runs.find(who, request.params.id), request.body.from)
        agent.audit.record({
          user: who.username,
          action: 'workflow.restart',
          resource: request.params.id,
          ...originOf(request),
          status: 'success',
        })
        return { run: asRun(run) }
      },
    )
  }
}
