import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { type ConvergenceMeta, type ConvergencePoint, jobHasEnded } from '../../../contract/jobs.ts'
import type { ConvergenceSpec } from '../../../contract/templates.ts'
import { Failure } from '../kit/failure.ts'
import { identityOf } from '../kit/http.ts'
import { LOG_NAME } from '../scheduler/index.ts'
import { PatternTooSlow } from '../templates/index.ts'
import { convergenceParser } from './convergence/parser.ts'
import type { Submitted } from './history.ts'
import { type JobRouteParts, viewJobs } from './parts.ts'
import { runFolder } from './service.ts'
import { type Growing, lines, tail } from './tail.ts'

const Params = Type.Object({ id: Type.String({ maxLength: 128 }) })
const Flag = Type.Optional(
  Type.Union([Type.Literal('1'), Type.Literal('true'), Type.Literal('0'), Type.Literal('false')]),
)
const LogQuery = Type.Object({ offset: Type.Optional(Type.Integer({ default: 0 })), follow: Flag })
const ConvergenceQuery = Type.Object({ from: Type.Optional(Type.Integer({ minimum: 0, default: 0 })), follow: Flag })

const isOn = (flag: string | undefined) => flag === '1' || flag === 'true'

/** What a job writes while it runs, as streams that end with it. */
export function followRoutes(app: FastifyInstance, { agent, history, service }: JobRouteParts): void {
  /** A file of the job that may still grow, watched until the client goes away. */
  function growing(job: Submitted, name: string, follow: boolean, reply: FastifyReply): Growing {
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    return {
      follow,
      signal: gone.signal,
      open: () => agent.files.openRead(job.user, `${runFolder(job)}/${name}`).catch(() => undefined),
      ended: async () => {
        const now = job.jobId === undefined ? undefined : await history.byId(job.jobId)
        return now === undefined || jobHasEnded(now.state)
      },
    }
  }

  app.get<{ Params: { id: string }; Querystring: { offset: number; follow?: string } }>(
    '/api/v2/jobs/:id/log',
    { config: viewJobs, schema: { params: Params, querystring: LogQuery } },
    async (request, reply) => {
      const job = await service.find(identityOf(request), request.params.id)
      const log = growing(job, LOG_NAME, isOn(request.query.follow), reply)
      const file = await log.open()
      const size = file === undefined ? 0 : (await file.stat()).size
      await file?.close()
      const { offset } = request.query
      const start = offset < 0 ? Math.max(0, size + offset) : Math.min(offset, size)
      reply.header('X-Log-Start', String(start))
      sendStream(reply, 'text/plain; charset=utf-8', tail(start, log))
      return reply
    },
  )

  app.get<{ Params: { id: string }; Querystring: { from: number; follow?: string } }>(
    '/api/v2/jobs/:id/convergence',
    { config: viewJobs, schema: { params: Params, querystring: ConvergenceQuery } },
    async (request, reply) => {
      const job = await service.find(identityOf(request), request.params.id)
      const spec = job.template?.convergence
      if (spec === undefined) throw new Failure('NOT_FOUND', `Job ${request.params.id} has no convergence to show.`)
      const log = growing(job, spec.file ?? LOG_NAME, isOn(request.query.follow), reply)
      sendStream(reply, 'application/x-ndjson', convergence(spec, request.query.from, log))
      return reply
    },
  )

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

function sendStream(reply: FastifyReply, type: string, source: AsyncGenerator<Buffer, void>): void {
  async function* opened() {
    // Pulled once the answer's headers stand: the client learns at once that it is connected, before the first byte.
    reply.raw.flushHeaders()
    yield* source
  }
  reply
    .header('Content-Type', type)
    .header('X-Content-Type-Options', 'nosniff')
    .header('Cache-Control', 'no-store')
    // Proxies of the nginx kind would hold a stream back until it ends.
    .header('X-Accel-Buffering', 'no')
    .send(Readable.from(opened(), { objectMode: false, highWaterMark: 65_536 }))
}
