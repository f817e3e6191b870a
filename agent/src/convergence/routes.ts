import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import type { ConvergenceMeta, ConvergencePoint } from '../../../contract/convergence.ts'
import type { ConvergenceSpec } from '../../../contract/convergence.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { identityOf } from '../kit/http.ts'
import { isOn, sendStream, whileConnected } from '../kit/streaming.ts'
import { type Growing, lines, tail } from '../kit/tail.ts'
import { type Jobs, viewJobs } from '../jobs/index.ts'
import { PatternTooSlow } from '../templates/index.ts'
import { convergenceParser } from './parser.ts'

const Params = Type.Object({ id: Type.String({ maxLength: 128 }) })
const Flag = Type.Optional(
  Type.Union([Type.Literal('1'), Type.Literal('true'), Type.Literal('0'), Type.Literal('false')]),
)
const Query = Type.Object({ from: Type.Optional(Type.Integer({ minimum: 0, default: 0 })), follow: Flag })

/** The points of a job's convergence as a stream that ends with it. */
export function convergenceRoutes(agent: Agent, jobs: Jobs): FastifyPluginAsync {
  return async (app) => {
    app.get<{ Params: { id: string }; Querystring: { from: number; follow?: string } }>(
      '/api/v2/jobs/:id/convergence',
      { config: viewJobs, schema: { params: Params, querystring: Query } },
      async (request, reply) => {
        const job = await jobs.find(identityOf(request), request.params.id)
        const spec = job.template?.convergence
        if (spec === undefined) throw new Failure('NOT_FOUND', `Job ${request.params.id} has no convergence to show.`)
        const name = spec.file ?? job.log
        const growing: Growing = {
          open: () => agent.files.openRead(job.user, `${job.folder}/${name}`).catch(() => undefined),
          ended: () => jobs.hasEnded(job.id),
          follow: isOn(request.query.follow),
          signal: whileConnected(reply),
        }
        sendStream(reply, 'application/x-ndjson', convergence(spec, request.query.from, growing))
        return reply
      },
    )
  }

  /** Points are counted from the file's start each time: a parser's memory is not worth keeping between requests. */
  async function* convergence(spec: ConvergenceSpec, from: number, log: Growing): AsyncGenerator<Buffer, void> {
    const parser = convergenceParser(spec)
    yield Buffer.from(json(parser.meta))
    let skip = from
    try {
      for await (const batch of lines(tail(0, log))) {
        const points = parser.read(batch)
        const fresh = points.slice(skip)
        skip = Math.max(0, skip - points.length)
        if (fresh.length > 0) yield Buffer.from(fresh.map(json).join(''))
      }
    } catch (error) {
      // The plot ends here; the job goes on.
      if (!(error instanceof PatternTooSlow)) throw error
      agent.log.warn({ err: error }, 'a convergence pattern was given up')
    }
  }
}

const json = (value: ConvergenceMeta | ConvergencePoint) => `${JSON.stringify(value)}\n`
