import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { LogRange, LogSearch } from '../../../contract/agent/logs.ts'
import { jobHasEnded } from '../../../contract/jobs.ts'
import type { LogMatches } from '../../../contract/logs.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { identityOf, type TypeBox } from '../kit/http.ts'
import { isOn, sendStream, whileAllowed, whileConnected } from '../kit/streaming.ts'
import { type Jobs, type JobView, viewJobs } from '../jobs/index.ts'
import type { FileReader } from '../user-files/index.ts'
import type { GrowingFiles } from './growing.ts'
import { Places } from './places.ts'
import { searchLeg } from './search.ts'
import { textFiles } from './text-files.ts'

const Params = Type.Object({ id: Type.String({ maxLength: 128 }) })
const PIECE = 65_536
/** A follower that comes back may find a network file system behind what it has seen already. */
const LAG_MS = 3000
/** The last bytes of a job that has just ended may be late. */
const SETTLE_MS = 1000
/** Per user, at a time. */
const MOST_FOLLOWED = 200
const MOST_SEARCHES = 4

/** The logs of a job: which there are, any range of one, what comes as it grows, and what is found in it. */
export function logRoutes(agent: Agent, jobs: Jobs, growing: GrowingFiles): FastifyPluginAsync {
  const following = new Places(MOST_FOLLOWED, 'Too many logs are followed at once. Close some of them.')
  const searching = new Places(MOST_SEARCHES, 'Too many searches run at once. Wait for one to end.')

  return async (plain) => {
    const app = plain.withTypeProvider<TypeBox>()
    app.get('/api/v2/jobs/:id/logs', { config: viewJobs, schema: { params: Params } }, async (request) => {
      const job = await jobs.find(identityOf(request), request.params.id)
      return textFiles(agent.files, job)
    })

    app.get(
      '/api/v2/jobs/:id/log',
      { config: viewJobs, schema: { params: Params, querystring: LogRange } },
      async (request, reply) => {
        const job = await jobs.find(identityOf(request), request.params.id)
        const { query } = request
        if (isOn(query.follow)) await sendFollowed(job, query, reply, following.take(job.user))
        else await sendRange(job, query, reply)
        return reply
      },
    )

    app.get(
      '/api/v2/jobs/:id/log/search',
      {
        config: { ...viewJobs, limit: { max: 1200, windowSeconds: 60 } },
        schema: { params: Params, querystring: LogSearch },
      },
      async (request, reply): Promise<LogMatches> => {
        const { query } = request
        const job = await jobs.find(identityOf(request), request.params.id)
        const leave = searching.take(identityOf(request).username)
        try {
          const file = await open(job, query.file)
          if (file === undefined) return { matches: [], next: 0, done: true, size: 0 }
          try {
            return await searchLeg({
              file,
              query: {
                text: query.text,
                regex: isOn(query.regex),
                caseSensitive: isOn(query.case_sensitive),
                encoding: query.encoding ?? 'utf-8',
              },
              from: query.from,
              direction: query.direction ?? 'forward',
              limit: query.limit ?? 200,
              signal: whileConnected(reply),
            })
          } finally {
            await file.close()
          }
        } finally {
          leave()
        }
      },
    )
  }

  /** A named file that is missing is an error; the job's own log only has not begun. */
  async function open(job: JobView, name: string | undefined): Promise<FileReader | undefined> {
    try {
      return await agent.files.openRead(job.user, pathOf(job, name))
    } catch (error) {
      if (name === undefined && error instanceof Failure && error.code === 'NOT_FOUND') return undefined
      throw error
    }
  }

  async function sendRange(job: JobView, query: LogRange, reply: FastifyReply): Promise<void> {
    // Known before the file is looked at: what a job that had ended has written is then all there.
    const complete = hasSettled(job)
    const signal = whileConnected(reply)
    const file = await open(job, query.file)
    // A client that goes away before the first byte is asked for never starts the generator, which closes the file else.
    const close = () => void file?.close()
    if (signal.aborted) return close()
    signal.addEventListener('abort', close, { once: true })
    const size = file === undefined ? 0 : (await file.stat()).size
    const version = growing.versionOf(job.user, pathOf(job, query.file))
    const start = growing.startedOver(query.version, version) ? 0 : startOf(query.offset, size)
    describe(reply, { start, size, complete, version })
    sendStream(reply, 'text/plain; charset=utf-8', range(file, start, query.length ?? Infinity))
  }

  async function sendFollowed(job: JobView, query: LogRange, reply: FastifyReply, leave: () => void): Promise<void> {
    const signal = whileAllowed(reply)
    const path = pathOf(job, query.file)
    const { user, id } = job
    const file = await growing.watching({ user, path, ended: () => jobs.hasEnded(id) })
    const release = () => {
      file.release()
      leave()
    }
    signal.addEventListener('abort', release, { once: true })
    try {
      const offset = query.offset ?? 0
      if (offset > 0) await file.reaches(offset, LAG_MS, signal)
      const { size, version, complete } = file
      const start = growing.startedOver(query.version, version) ? 0 : startOf(offset, size)
      describe(reply, { start, size, complete, version })
      sendStream(reply, 'text/plain; charset=utf-8', file.follow(start, signal))
    } catch (error) {
      signal.removeEventListener('abort', release)
      release()
      throw error
    }
  }

  function hasSettled(job: JobView): boolean {
    if (!jobHasEnded(job.state)) return false
    return job.endedAt === undefined || agent.now().getTime() - Date.parse(job.endedAt) > SETTLE_MS
  }
}

const pathOf = (job: JobView, name: string | undefined): string => `${job.folder}/${name ?? job.log}`

/** The byte an answer begins at; a negative offset counts from the end. */
const startOf = (offset = 0, size: number): number => (offset < 0 ? Math.max(0, size + offset) : Math.min(offset, size))

function describe(
  reply: FastifyReply,
  { start, size, complete, version }: { start: number; size: number; complete: boolean; version: string },
): void {
  reply.headers({
    'X-Log-Start': String(start),
    'X-Log-Size': String(size),
    'X-Log-Complete': complete ? '1' : '0',
    'X-Log-Version': version,
  })
}

async function* range(file: FileReader | undefined, start: number, length: number): AsyncGenerator<Buffer, void> {
  if (file === undefined) return
  const stop = start + length
  try {
    for (let position = start; position < stop;) {
      const wanted = Math.min(PIECE, stop - position)
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, position)
      if (bytesRead === 0) return
      position += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}
