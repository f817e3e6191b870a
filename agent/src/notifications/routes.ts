import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { ChoicesAnswer, ChoicesChange, NotificationList } from '../../../contract/agent/notifications.ts'
import { Id } from '../../../contract/text.ts'
import { type Jobs, viewJobs } from '../jobs/index.ts'
import { identityOf } from '../kit/http.ts'
import type { NotificationStore } from './store.ts'

const Params = Type.Object({ job: Id })
const ListQuery = Type.Object({
  after: Type.Optional(Type.Integer({ minimum: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
})

/** The routes of contract/agent/notifications.ts: a user's own, whoever they are. */
export function notificationRoutes({ store, jobs }: { store: NotificationStore; jobs: Jobs }): FastifyPluginAsync {
  return async (app) => {
    app.get<{ Querystring: { after?: number; limit: number } }>(
      '/api/v2/notifications',
      { config: viewJobs, schema: { querystring: ListQuery, response: { 200: NotificationList } } },
      async (request) => {
        const { after, limit } = request.query
        return store.list(identityOf(request).username, { after, limit })
      },
    )

    app.get(
      '/api/v2/notifications/choices',
      { config: viewJobs, schema: { response: { 200: ChoicesAnswer } } },
      async (request) => store.choices(identityOf(request).username),
    )

    app.put<{ Body: ChoicesChange }>(
      '/api/v2/notifications/choices',
      { config: viewJobs, schema: { body: ChoicesChange, response: { 200: ChoicesAnswer } } },
      async (request) => {
        const { username } = identityOf(request)
        await store.choose(username, request.body.kinds)
        return store.choices(username)
      },
    )

    app.put<{ Params: { job: string } }>(
      '/api/v2/notifications/muted/:job',
      { config: viewJobs, schema: { params: Params, response: { 200: ChoicesAnswer } } },
      async (request) => {
        const who = identityOf(request)
        const job = await jobs.find(who, request.params.job)
        await store.mute(who.username, job.id)
        return store.choices(who.username)
      },
    )

    app.delete<{ Params: { job: string } }>(
      '/api/v2/notifications/muted/:job',
      { config: viewJobs, schema: { params: Params, response: { 200: ChoicesAnswer } } },
      async (request) => {
        const { username } = identityOf(request)
        await store.unmute(username, request.params.job)
        return store.choices(username)
      },
    )
  }
}
