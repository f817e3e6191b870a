import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import {
  FolderParameters,
  MakeFolder,
  PathAnswer,
  PlaceUpload,
  RemoveAnswer,
  RemoveFiles,
  RenameFile,
  SizesParameters,
} from '../../../contract/agent/results.ts'
import { FolderSizes, ResultFolder, Space } from '../../../contract/results.ts'
import { doubtfulSince } from '../idempotency/index.ts'
import { type Jobs, type JobView, submitJobs, viewJobs } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import { identityOf, originOf, type TypeBox } from '../kit/http.ts'
import type { FolderChanges, Manner } from './changes.ts'
import type { Folders } from './folder.ts'

const Params = Type.Object({ id: Type.String({ maxLength: 128 }) })
const changing = { ...submitJobs, once: true as const }
const mannerOf = (request: FastifyRequest): Manner => ({ again: doubtfulSince(request) !== undefined })
/** Entries of an answer where none are asked for. */
const USUAL = 1000

/** A job's folder, looked at part by part and changed; and the space there is for more. */
export function folderRoutes(
  agent: Agent,
  { jobs, folders, changes }: { jobs: Jobs; folders: Folders; changes: FolderChanges },
): FastifyPluginAsync {
  const find = (request: FastifyRequest<{ Params: Static<typeof Params> }>) =>
    jobs.find(identityOf(request), request.params.id)

  /** Does it and keeps who did it, also where it was refused. */
  async function audited<T>(
    request: FastifyRequest,
    { action, job, path }: { action: string; job: JobView; path: string },
    work: () => Promise<T>,
  ): Promise<T> {
    const user = identityOf(request).username
    const entry = {
      user,
      action: `results.${action}`,
      resource: `${job.id}/${path}`.slice(0, 1000),
      ...originOf(request),
    }
    try {
      const value = await work()
      agent.audit.record({ ...entry, status: 'success' })
      return value
    } catch (error) {
      agent.audit.record({ ...entry, status: 'failure', error: error instanceof Error ? error.message : 'unknown' })
      throw error
    }
  }

  return async (plain) => {
    const app = plain.withTypeProvider<TypeBox>()

    app.get(
      '/api/v2/jobs/:id/folder',
      { config: viewJobs, schema: { params: Params, querystring: FolderParameters, response: { 200: ResultFolder } } },
      async (request) => {
        const { path = '', offset = 0, limit = USUAL, sort = 'name', descending = false, ...rest } = request.query
        return folders.page(await find(request), { path, offset, limit, sort, descending, ...rest })
      },
    )

    app.get(
      '/api/v2/jobs/:id/folder/sizes',
      { config: viewJobs, schema: { params: Params, querystring: SizesParameters, response: { 200: FolderSizes } } },
      async (request) => folders.sizes(await find(request), request.query.path ?? ''),
    )

    app.post(
      '/api/v2/jobs/:id/folder',
      { config: changing, schema: { params: Params, body: MakeFolder, response: { 201: PathAnswer } } },
      async (request, reply) => {
        const job = await find(request)
        const { path } = request.body
        const made = await audited(request, { action: 'folder', job, path }, () =>
          changes.makeFolder(job, path, mannerOf(request)),
        )
        return reply.code(201).send({ path: made })
      },
    )

    app.post(
      '/api/v2/jobs/:id/files',
      { config: changing, schema: { params: Params, body: PlaceUpload, response: { 201: PathAnswer } } },
      async (request, reply) => {
        const job = await find(request)
        const { uploadId, path } = request.body
        const placed = await audited(request, { action: 'place', job, path }, () => changes.place(job, uploadId, path))
        return reply.code(201).send({ path: placed })
      },
    )

    app.post(
      '/api/v2/jobs/:id/files/rename',
      { config: changing, schema: { params: Params, body: RenameFile, response: { 200: PathAnswer } } },
      async (request) => {
        const job = await find(request)
        const { from, to } = request.body
        const what = { action: 'rename', job, path: `${from} → ${to}` }
        return { path: await audited(request, what, () => changes.rename(job, from, to, mannerOf(request))) }
      },
    )

    app.post(
      '/api/v2/jobs/:id/files/remove',
      { config: changing, schema: { params: Params, body: RemoveFiles, response: { 200: RemoveAnswer } } },
      async (request) => {
        const job = await find(request)
        const { paths } = request.body
        const more = paths.length > 1 ? ` and ${paths.length - 1} more` : ''
        const what = { action: 'remove', job, path: `${paths[0] ?? ''}${more}` }
        return { removed: await audited(request, what, () => changes.remove(job, paths, mannerOf(request))) }
      },
    )

    app.get(
      '/api/v2/files/space',
      { config: { permission: ['dashboard', 'data:read', 'job:view'] }, schema: { response: { 200: Space } } },
      async (request) => {
        const { username } = identityOf(request)
        const [{ free, total }, quota] = await Promise.all([agent.files.space(username), agent.files.quota(username)])
        return {
          free,
          total,
          ...(quota === undefined ? {} : { quota }),
        }
      },
    )
  }
}
