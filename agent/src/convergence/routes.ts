import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import type { ConvergenceLine } from '../../../contract/agent/convergence.ts'
import { ConvergenceChoice, ConvergenceHead, type ConvergenceRow } from '../../../contract/convergence.ts'
import { type Jobs, type JobView, submitJobs, viewJobs } from '../jobs/index.ts'
import { Failure } from '../kit/failure.ts'
import { identityOf } from '../kit/http.ts'
import { isOn, sendStream, whileAllowed } from '../kit/streaming.ts'
import type { Watch } from './watch.ts'
import type { Watches } from './watches.ts'

const Params = Type.Object({ id: Type.String({ maxLength: 128 }) })
const Flag = Type.Optional(
  Type.Union([Type.Literal('1'), Type.Literal('true'), Type.Literal('0'), Type.Literal('false')]),
)
const Query = Type.Object({
  run: Type.Optional(Type.Integer({ minimum: 1 })),
  after: Type.Optional(Type.Integer({ minimum: 0, default: 0 })),
  follow: Flag,
})
interface Asked {
  run?: number
  after: number
  follow?: string
}

/** Rows in a line of the answer. */
const BATCH = 500
/** At most so often does an answer go on; what came meanwhile comes at once, thinned where it was much. */
const PACE_MS = 100

/** A job's convergence as a stream, and what the user chooses for it. */
export function convergenceRoutes(jobs: Jobs, watches: Watches): FastifyPluginAsync {
  async function watchOf(job: JobView): Promise<Watch> {
    if (job.array !== undefined && job.element === undefined) {
      throw new Failure('NOT_FOUND', `Job ${job.id} is an array: look at one of its elements, such as ${job.id}_1.`)
    }
    const watch = await watches.of(job)
    if (watch !== undefined) return watch
    throw new Failure(
      'NOT_FOUND',
      `The log of job ${job.id} is none whose convergence is understood. Choose how it is to be read.`,
    )
  }

  return async (app) => {
    app.get<{ Params: { id: string }; Querystring: Asked }>(
      '/api/v2/jobs/:id/convergence',
      { config: viewJobs, schema: { params: Params, querystring: Query } },
      async (request, reply) => {
        const job = await jobs.find(identityOf(request), request.params.id)
        const watch = await watchOf(job)
        const { follow } = request.query
        const answer = isOn(follow) ? followed : whole
        sendStream(reply, 'application/x-ndjson', answer(watch, request.query, whileAllowed(reply)))
        return reply
      },
    )

    app.put<{ Params: { id: string }; Body: ConvergenceChoice }>(
      '/api/v2/jobs/:id/convergence',
      { config: submitJobs, schema: { params: Params, body: ConvergenceChoice, response: { 200: ConvergenceHead } } },
      async (request): Promise<ConvergenceHead> => {
        const job = await jobs.find(identityOf(request), request.params.id)
        await watches.choose(job, request.body)
        const watch = await watchOf(job)
        return { ...watch.reading.head(undefined), alarm: await watches.alarm(job) }
      },
    )
  }

  async function headOf(watch: Watch, run: number | undefined): Promise<Buffer> {
    return line({ head: { ...watch.reading.head(run), alarm: await watches.alarm(watch.job) } })
  }

  /** What there is now: the file is read to its end first. */
  async function* whole(watch: Watch, { run, after }: Asked, signal: AbortSignal): AsyncGenerator<Buffer, void> {
    watches.enter(watch)
    try {
      await watch.lookAnew()
      if (signal.aborted) return
      yield await headOf(watch, run)
      yield* rowLines(watch.reading.rows(run, after))
    } finally {
      await watches.leave(watch)
    }
  }

  /** What there is, and what comes, until the job has ended; a run that begins takes the place of the one before. */
  async function* followed(watch: Watch, asked: Asked, signal: AbortSignal): AsyncGenerator<Buffer, void> {
    const { reading } = watch
    watches.enter(watch)
    try {
      let run = reading.latest?.record.run
      let after = asked.run === undefined || asked.run === run ? asked.after : 0
      let head = ''
      for (let first = true; !signal.aborted; first = false) {
        // Before the rows: what comes in between is asked for again.
        const changed = watch.changed(signal)
        const over = reading.complete || watch.closed
        if (run !== reading.latest?.record.run) {
          // The first run that there is, is none that takes another's place.
          if (run !== undefined) after = 0
          run = reading.latest?.record.run
        }
        const now = await headOf(watch, undefined)
        if (head !== now.toString()) yield now
        head = now.toString()
        const rows = reading.rows(run, after)
        after = Number(rows.at(-1)?.[0] ?? after)
        if (rows.length > 0 || first) yield* rowLines(rows)
        if (over) return
        await changed
        await wait(PACE_MS, undefined, { signal }).catch(() => undefined)
      }
    } finally {
      await watches.leave(watch)
    }
  }
}

/** At least one line: the first rows say that all there is has been told. */
function* rowLines(rows: readonly ConvergenceRow[]): Generator<Buffer> {
  for (let index = 0; index === 0 || index < rows.length; index += BATCH) {
    yield line({ rows: rows.slice(index, index + BATCH) })
  }
}

const line = (value: ConvergenceLine): Buffer => Buffer.from(`${JSON.stringify(value)}\n`)
