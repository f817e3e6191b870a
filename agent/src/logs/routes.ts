import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import type { Agent } from '../kit/agent.ts'
import { identityOf } from '../kit/http.ts'
import { isOn, sendStream, whileConnected } from '../kit/streaming.ts'
import { tail } from '../kit/tail.ts'
import { type Jobs, viewJobs } from '../jobs/index.ts'

const Params = Type.Object({ id: Type.String({ maxLength: 128 }) })
const Flag = Type.Optional(
  Type.Union([Type.Literal('1'), Type.Literal('true'), Type.Literal('0'), Type.Literal('false')]),
)
const Query = Type.Object({ offset: Type.Optional(Type.Integer({ default: 0 })), follow: Flag })

/** The log of a job as a stream that ends with it. */
export function logRoutes(agent: Agent, jobs: Jobs): FastifyPluginAsync {
  return async (app) => {
    app.get<{ Params: { id: string }; Querystring: { offset: number; follow?: string } }>(
      '/api/v2/jobs/:id/log',
      { config: viewJobs, schema: { params: Params, querystring: Query } },
      async (request, reply) => {
        const job = await jobs.find(identityOf(request), request.params.id)
        const open = () => agent.files.openRead(job.user, `${job.folder}/${job.log}`).catch(() => undefined)
        const file = await open()
        const size = file === undefined ? 0 : (await file.stat()).size
        await file?.close()
        const { offset } = request.query
        const start = offset < 0 ? Math.max(0, size + offset) : Math.min(offset, size)
        reply.header('X-Log-Start', String(start))
        const signal = whileConnected(reply)
        const growing = { open, ended: () => jobs.hasEnded(job.id), follow: isOn(request.query.follow), signal }
        sendStream(reply, 'text/plain; charset=utf-8', tail(start, growing))
        return reply
      },
    )
  }
}
