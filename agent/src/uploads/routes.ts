import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { FastifyPluginAsync } from 'fastify'
import { Type, type Static } from 'typebox'
import { AgentUpload, ChunkAnswer, CompleteUpload, OpenUpload } from '../../../contract/agent/uploads.ts'
import { identityOf, originOf } from '../kit/http.ts'
import type { Permission } from '../kit/identity.ts'
import { contentDigest } from './digests.ts'
import type { UploadService } from './service.ts'

/** Any of these may upload. */
export const uploaders: Permission[] = ['dashboard', 'job:submit']

export const UploadParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) })
export type UploadParams = Static<typeof UploadParams>

const ChunkParams = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  index: Type.Integer({ minimum: 0 }),
})

/** The app's own way: raw chunks straight to their place. */
export const uploadRoutes =
  (service: UploadService): FastifyPluginAsync =>
  async (app) => {
    // The body is not parsed: the handler takes it from the socket. For these routes only.
    app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload))

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
        schema: { params: ChunkParams, response: { 200: ChunkAnswer } },
      },
      async (request, reply) => {
        const declared = request.headers['content-length']
        // Without a length there is no telling when a body that is too long would end.
        if (declared === undefined) reply.header('connection', 'close')
        const { id, index } = request.params
        const sha256 = contentDigest(request.headers['content-digest'])
        const chunk = {
          index,
          body: request.body,
          // In tests requests may be injected: their pieces are the test's.
          ownPieces: request.raw.socket instanceof Socket,
          sha256,
          declared: declared === undefined ? undefined : Number(declared),
        }
        return service.chunk(identityOf(request), id, chunk, originOf(request))
      },
    )

    app.post<{ Params: UploadParams; Body: CompleteUpload }>(
      '/api/v2/uploads/:id/complete',
      {
        config: { permission: uploaders, limit: { max: 12_000, windowSeconds: 60 } },
        schema: { params: UploadParams, body: CompleteUpload, response: { 200: AgentUpload, 202: AgentUpload } },
      },
      async (request, reply) => {
        const { digest } = request.body
        const row = await service.complete(identityOf(request), request.params.id, { digest }, originOf(request))
        return reply.code(row.status === 'verifying' ? 202 : 200).send(await service.view(row))
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
