import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import {
  ConnectAnswer,
  ConnectShared,
  CreateDesktop,
  DesktopAnswer,
  DesktopList,
  ExtendDesktop,
  SeenDesktop,
  ShareAnswer,
} from '../../../contract/agent/desktops.ts'
import { AgentError } from '../../../contract/agent/errors.ts'
import { idempotencyKeyOf } from '../idempotency/index.ts'
import { submitJobs, viewJobs } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { identityOf, originOf } from '../kit/http.ts'
import type { DesktopService } from './service.ts'

const Params = Type.Object({ id: Type.String({ maxLength: 128 }) })
type Params = { id: string }

const each = (max: number) => ({ limit: { max, windowSeconds: 60 } })

/** The routes of contract/agent/desktops.ts. */
export function desktopRoutes(agent: Agent, service: DesktopService): FastifyPluginAsync {
  return async (app) => {
    owning(app, agent, service)
    viewing(app, agent, service)
  }
}

/** What was done to which desktop, by whom; a refusal with its sentence. Passwords and codes are no part of it. */
async function audited<T>(
  agent: Agent,
  request: FastifyRequest,
  action: string,
  resource: string,
  work: () => Promise<T>,
): Promise<T> {
  const entry = { user: identityOf(request).username, action, resource, ...originOf(request) }
  try {
    const done = await work()
    agent.audit.record({ ...entry, status: 'success' })
    return done
  } catch (error) {
    const reason = error instanceof Failure ? error.message : 'internal error'
    agent.audit.record({ ...entry, status: 'failure', error: reason })
    throw error
  }
}

function owning(app: FastifyInstance, agent: Agent, service: DesktopService): void {
  app.post<{ Body: CreateDesktop }>(
    '/api/v2/desktops',
    {
      config: { ...submitJobs, ...each(10), once: true },
      schema: {
        summary: 'A new desktop: a job with an X session, from a template with "desktop"',
        body: CreateDesktop,
        response: { 200: DesktopAnswer, 201: DesktopAnswer, 409: AgentError },
      },
    },
    async (request, reply) => {
      const { body } = request
      const entry = { user: identityOf(request).username, action: 'desktop.create', ...originOf(request) }
      try {
        const key = body.idempotency_key ?? idempotencyKeyOf(request)
        const wanted = key === undefined ? body : { ...body, idempotency_key: key }
        const { desktop, created } = await service.create(identityOf(request), wanted)
        if (created) agent.audit.record({ ...entry, resource: desktop.id, status: 'success' })
        return await reply.code(created ? 201 : 200).send({ desktop })
      } catch (error) {
        const reason = error instanceof Failure ? error.message : 'internal error'
        agent.audit.record({ ...entry, resource: body.name, status: 'failure', error: reason })
        throw error
      }
    },
  )

  app.get(
    '/api/v2/desktops',
    {
      config: { ...viewJobs, ...each(300) },
      schema: { summary: 'The desktops of the user, of an admin all', response: { 200: DesktopList } },
    },
    async (request) => ({ desktops: await service.list(identityOf(request)) }),
  )

  app.get<{ Params: Params }>(
    '/api/v2/desktops/:id',
    { config: { ...viewJobs, ...each(300) }, schema: { params: Params, response: { 200: DesktopAnswer } } },
    async (request) => ({ desktop: await service.get(identityOf(request), request.params.id) }),
  )

  app.post<{ Params: Params }>(
    '/api/v2/desktops/:id/stop',
    {
      config: { ...submitJobs, ...each(60), once: true },
      schema: { summary: 'End a desktop', params: Params, response: { 200: DesktopAnswer } },
    },
    async (request) => {
      const { id } = request.params
      const stop = () => service.stop(identityOf(request), id)
      return { desktop: await audited(agent, request, 'desktop.stop', id, stop) }
    },
  )

  app.post<{ Params: Params; Body: ExtendDesktop }>(
    '/api/v2/desktops/:id/extend',
    {
      config: { ...submitJobs, ...each(60), once: true },
      schema: { summary: 'Another time limit', params: Params, body: ExtendDesktop, response: { 200: DesktopAnswer } },
    },
    async (request) => {
      const { id } = request.params
      const extend = () => service.extend(identityOf(request), id, request.body.minutes)
      return { desktop: await audited(agent, request, 'desktop.extend', id, extend) }
    },
  )

  app.post<{ Params: Params; Body: SeenDesktop }>(
    '/api/v2/desktops/:id/seen',
    {
      config: { ...submitJobs, ...each(300) },
      schema: {
        summary: 'A viewer shows it, and had its last key or pointer event so long ago',
        params: Params,
        body: SeenDesktop,
        response: { 200: DesktopAnswer },
      },
    },
    async (request) => ({
      desktop: await service.seen(identityOf(request), request.params.id, request.body.idle_seconds),
    }),
  )
}

function viewing(app: FastifyInstance, agent: Agent, service: DesktopService): void {
  app.post<{ Params: Params }>(
    '/api/v2/desktops/:id/connect',
    {
      config: { ...submitJobs, ...each(60) },
      schema: {
        summary: 'Where its X server listens, and the password for it; for its owner',
        params: Params,
        response: { 200: ConnectAnswer, 409: AgentError },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      reply.header('cache-control', 'no-store')
      return audited(agent, request, 'desktop.connect', id, () => service.connect(identityOf(request), id))
    },
  )

  app.post<{ Params: Params }>(
    '/api/v2/desktops/:id/share',
    {
      config: { ...submitJobs, ...each(20) },
      schema: { summary: 'A code for a colleague who may watch', params: Params, response: { 200: ShareAnswer } },
    },
    async (request, reply) => {
      const { id } = request.params
      reply.header('cache-control', 'no-store')
      return audited(agent, request, 'desktop.share', id, () => service.share(identityOf(request), id))
    },
  )

  app.delete<{ Params: Params }>(
    '/api/v2/desktops/:id/share',
    {
      config: { ...submitJobs, ...each(60) },
      schema: { summary: 'Nobody else may watch any more', params: Params, response: { 200: DesktopAnswer } },
    },
    async (request) => {
      const { id } = request.params
      const unshare = () => service.unshare(identityOf(request), id)
      return { desktop: await audited(agent, request, 'desktop.unshare', id, unshare) }
    },
  )

  app.post<{ Body: ConnectShared }>(
    '/api/v2/desktops/shared',
    {
      config: { ...viewJobs, ...each(10) },
      schema: {
        summary: 'The same as connect, for whoever was given the code',
        body: ConnectShared,
        response: { 200: ConnectAnswer, 404: AgentError },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      const entry = { user: identityOf(request).username, action: 'desktop.watch', ...originOf(request) }
      try {
        const answer = await service.connectShared(request.body.code)
        agent.audit.record({ ...entry, resource: answer.desktop.id, status: 'success' })
        return answer
      } catch (error) {
        const reason = error instanceof Failure ? error.message : 'internal error'
        agent.audit.record({ ...entry, status: 'failure', error: reason })
        throw error
      }
    },
  )

  // For the description of the API, and for whoever asks in the wrong way: the WebSocket itself is relay.ts.
  app.get<{ Params: Params }>(
    '/api/v2/desktops/:id/rfb',
    {
      config: viewJobs,
      schema: {
        summary: 'WebSocket: the bytes of the X server, where the agent reaches it; subprotocol rfb.headway.v1',
        params: Params,
        response: { 400: AgentError },
      },
    },
    async () => {
      throw new Failure('BAD_REQUEST', 'This is a WebSocket: ask for the upgrade.')
    },
  )
}
