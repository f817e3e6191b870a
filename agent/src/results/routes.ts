import { basename } from 'node:path'
import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { FileList, ResultValues } from '../../../contract/agent/results.ts'
import { classifyFile } from '../../../contract/file-classes.ts'
import { jobHasEnded } from '../../../contract/jobs.ts'
import type { ResultFile } from '../../../contract/results.ts'
import { Failure } from '../kit/failure.ts'
import { identityOf } from '../kit/http.ts'
import { type Jobs, type JobView, viewJobs } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import { digestOf } from '../uploads/index.ts'
import { attachment, parseRange } from './byte-range.ts'
import { readResults } from './figures.ts'
import { isOurs } from './folder.ts'

const Params = Type.Object({ id: Type.String({ maxLength: 128 }) })
const FileParams = Type.Object({
  id: Type.String({ maxLength: 128 }),
  '*': Type.String({ minLength: 1, maxLength: 4096 }),
})

/** More files than a person reads through; the folder itself holds them all. */
const MOST_FILES = 10_000
/** The most that is read beforehand for a `Want-Content-Digest`: whoever wants more to be verified asks for it in pieces. */
const DIGESTED_BYTES = 16 * 2 ** 20

/** Whether SHA-256 is among the digests that are asked for (RFC 9530: a preference of 0 refuses it). */
const wantsDigest = (header: string | string[] | undefined): boolean =>
  /(?:^|,)\s*sha-256\s*=\s*(?:[1-9]|10)\s*(?:,|$)/i.test(String(header ?? ''))

/** What a job left behind: its files, and the figures its template reads from them. */
export function resultRoutes(agent: Agent, jobs: Jobs): FastifyPluginAsync {
  async function filesOf(job: JobView): Promise<ResultFile[]> {
    // Inputs are links and not listed; a folder that was never made holds nothing.
    const entries = await agent.files.list(job.user, job.folder, MOST_FILES).catch((error: unknown) => {
      if (error instanceof Failure && error.code === 'NOT_FOUND') return []
      throw error
    })
    const ends = job.template?.mainResults ?? []
    return entries
      .filter(({ kind, path }) => kind === 'file' && !isOurs(path))
      .map(({ path, size, modified }) => ({
        path,
        size,
        modifiedAt: modified.toISOString(),
        class: classifyFile(path).fileClass,
        main: ends.some((end) => path.endsWith(end)),
      }))
      .sort((a, b) => Number(b.main) - Number(a.main) || (a.path < b.path ? -1 : 1))
  }

  return async (app) => {
    app.get<{ Params: { id: string } }>(
      '/api/v2/jobs/:id/files',
      { config: viewJobs, schema: { params: Params, response: { 200: FileList } } },
      async (request) => ({ files: await filesOf(await jobs.find(identityOf(request), request.params.id)) }),
    )

    app.get<{ Params: { id: string; '*': string } }>(
      '/api/v2/jobs/:id/files/*',
      { config: viewJobs, schema: { params: FileParams } },
      async (request, reply) => {
        const job = await jobs.find(identityOf(request), request.params.id)
        const path = request.params['*']
        if (isOurs(path)) throw new Failure('NOT_FOUND', `There is no file "${path}" in this job.`)
        // A link to what the job was given is not followed: the upload itself is opened.
        const input = job.inputs.find(({ name }) => name === path)
        const file = await agent.files.openRead(job.user, input?.path ?? `${job.folder}/${path}`)
        const { size, mtime } = await file.stat()
        const etag = `"${size.toString(36)}-${mtime.getTime().toString(36)}"`
        const ifRange = request.headers['if-range']
        const range = ifRange === undefined || ifRange === etag ? parseRange(request.headers.range, size) : undefined
        reply
          .header('Content-Type', 'application/octet-stream')
          .header('Content-Disposition', attachment(basename(path)))
          .header('X-Content-Type-Options', 'nosniff')
          .header('Content-Security-Policy', "default-src 'none'; sandbox")
          .header('Accept-Ranges', 'bytes')
          .header('Cache-Control', 'private, no-cache')
          .header('ETag', etag)
          .header('Last-Modified', mtime.toUTCString())
        if (range === 'unsatisfiable') {
          await file.close()
          reply.header('Content-Range', `bytes */${size}`)
          throw new Failure('RANGE_NOT_SATISFIABLE', `The file has ${size} bytes.`)
        }
        const { start, end } = range ?? { start: 0, end: size - 1 }
        if (range !== undefined && wantsDigest(request.headers['want-content-digest'])) {
          const length = end - start + 1
          if (length <= DIGESTED_BYTES) {
            const digest = await digestOf(file, { offset: start, length }, 'sha256')
            reply.header('Content-Digest', `sha-256=:${digest.toString('base64')}:`)
          }
        }
        if (range !== undefined) reply.code(206).header('Content-Range', `bytes ${start}-${end}/${size}`)
        reply.header('Content-Length', String(end - start + 1))
        if (size === 0) {
          await file.close()
          return reply.send(Buffer.alloc(0))
        }
        return reply.send(file.createReadStream({ start, end }))
      },
    )

    app.get<{ Params: { id: string } }>(
      '/api/v2/jobs/:id/results',
      { config: viewJobs, schema: { params: Params, response: { 200: ResultValues } } },
      async (request) => {
        const job = await jobs.find(identityOf(request), request.params.id)
        if (job.results !== undefined) return { values: job.results }
        const specs = job.template?.results ?? []
        if (!jobHasEnded(job.state)) {
          const problem = 'The job has not ended yet.'
          return {
            values: specs.map(({ key, label, unit }) => ({
              key,
              label,
              ...(unit === undefined ? {} : { unit }),
              problem,
            })),
          }
        }
        const values = await readResults(specs, (path) => agent.files.openRead(job.user, `${job.folder}/${path}`))
        await jobs.keepResults(job, values)
        return { values }
      },
    )
  }
}
