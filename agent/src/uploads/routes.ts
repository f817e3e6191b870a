import type { IncomingMessage } from 'node:http'
import type { FastifyPluginAsync } from 'fastify'
import { Type, type Static } from 'typebox'
import { AgentUpload, ChunkAnswer, CompleteUpload, OpenUpload, UploadSources } from '../../../contract/agent/uploads.ts'
import { identityOf, originOf } from '../kit/http.ts'
import type { Permission } from '../kit/identity.ts'
import { formOf, madeBody, PLAIN, plainBody, RECIPE } from './chunk-body.ts'
import type { UploadService } from './service.ts'

/** Any of these may upload. */
export const uploaders: Permission[] = ['dashboard', 'job:submit']

export const UploadParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) })
export type UploadParams = Static<typeof UploadParams>

const ChunkParams = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  index: Type.Integer({ minimum: 0 }),
})

/** Seconds after which a signature that is being computed is worth asking for again. */
const ASK_AGAIN = 2

const SourceQuery = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 1024 }),
  size: Type.Integer({ minimum: 0 }),
})

/** The app's own way: raw chunks straight to their place. */
export const uploadRoutes =
  (service: UploadService): FastifyPluginAsync =>
  async (app) => {
    // The body is not parsed: the handler takes it from the socket. For these routes only.
    app.addContentTypeParser([PLAIN, RECIPE], (_request, payload, done) => done(null, payload))

    app.post<{ Body: OpenUpload }>(
      '/api/v2/uploads',
      {
        // A dropped folder may hold ten thousand small files.
        config: { permission: uploaders, limit: { max: 12_000, windowSeconds: 60 } },
        schema: { body: OpenUpload, response: { 200: AgentUpload, 201: AgentUpload } },
      },
      async (request, reply) => {
        const { chunk_size: chunkSize, ...rest } = request.body
        const { row, created } = await service.open(identityOf(request).username, { ...rest, chunkSize })
        return reply.code(created ? 201 : 200).send(await service.view(row))
      },
    )

    app.put<{ Params: Static<typeof ChunkParams>; Body: IncomingMessage }>(
      '/api/v2/uploads/:id/chunks/:index',
      {
        config: { permission: uploaders, limit: { max: 30_000, windowSeconds: 60 } },
        schema: {
          summary: 'One chunk: as it is, packed with zstd, or as a recipe made of an earlier file',
          consumes: [PLAIN, RECIPE],
          params: ChunkParams,
          response: { 200: ChunkAnswer },
        },
      },
      async (request, reply) => {
        // Without a length there is no telling when a body that is too long would end.
        if (request.headers['content-length'] === undefined) reply.header('connection', 'close')
        const who = identityOf(request)
        const { id, index } = request.params
        const form = formOf(request.headers)
        if (form.decoder === undefined && form.source === undefined) {
          return service.chunk(who, id, { index, ...plainBody(request.body, form) }, originOf(request))
        }
        const length = await service.chunkLength(who, id, index)
        const source = form.source === undefined ? undefined : await service.sources.open(who.username, form.source)
        try {
          const { close, ...body } = madeBody(request.body, form, length, source)
          return await service.chunk(who, id, { index, ...body }, originOf(request)).finally(close)
        } finally {
          await source?.close()
        }
      },
    )

    app.post<{ Params: UploadParams; Body: CompleteUpload }>(
      '/api/v2/uploads/:id/complete',
      {
        config: { permission: uploaders, limit: { max: 12_000, windowSeconds: 60 } },
        schema: { params: UploadParams, body: CompleteUpload, response: { 200: AgentUpload, 202: AgentUpload } },
      },
      async (request, reply) => {
        const { digest, read_back: readBack = false } = request.body
        const wanted = { digest, readBack }
        const row = await service.complete(identityOf(request), request.params.id, wanted, originOf(request))
        return reply.code(row.status === 'verifying' ? 202 : 200).send(await service.view(row))
      },
    )

    app.get<{ Querystring: Static<typeof SourceQuery> }>(
      '/api/v2/uploads/sources',
      {
        config: { permission: uploaders, limit: { max: 6_000, windowSeconds: 60 } },
        schema: {
          summary: "Files of one's own that an upload of this name and size may be made from",
          querystring: SourceQuery,
          response: { 200: UploadSources },
        },
      },
      async (request) => ({ sources: await service.sources.find(identityOf(request).username, request.query) }),
    )

    app.get<{ Params: UploadParams }>(
      '/api/v2/uploads/:id/signature',
      {
        config: { permission: uploaders, limit: { max: 300, windowSeconds: 60 } },
        schema: {
          summary: "The content-defined chunks of one's own file; 202 while they are computed",
          produces: [PLAIN],
          params: UploadParams,
        },
      },
      async (request, reply) => {
        const signature = await service.signatures.get(identityOf(request).username, request.params.id)
        if (signature === undefined) return reply.code(202).header('retry-after', String(ASK_AGAIN)).send()
        return reply.type(PLAIN).header('content-length', signature.length).send(signature.body)
      },
    )

    app.get<{ Params: UploadParams }>(
      '/api/v2/uploads/:id',
      {
        config: { permission: uploaders, limit: { max: 6_000, windowSeconds: 60 } },
        schema: { params: UploadParams, response: { 200: AgentUpload } },
      },
      async (request) => service.view(await service.visible(identityOf(request), request.params.id)),
    )

    app.delete<{ Params: UploadParams }>(
      '/api/v2/uploads/:id',
      {
        config: { permission: uploaders, limit: { max: 6_000, windowSeconds: 60 } },
        schema: { params: UploadParams, response: { 200: AgentUpload } },
      },
      async (request) => {
        const row = await service.visible(identityOf(request), request.params.id)
        return service.view(await service.cancel(row, originOf(request)))
      },
    )
  }
