import multipart from '@fastify/multipart'
import type { FastifyPluginAsync } from 'fastify'
import { Type, type Static } from 'typebox'
import {
  AgentUpload,
  InitAnswer,
  InitRequest,
  PortalChunkAnswer,
  PortalComplete,
  PortalCompleteAnswer,
  UploadList,
} from '../../../contract/agent/uploads.ts'
import { identityOf, originOf } from '../kit/http.ts'
import { isAdmin } from '../kit/identity.ts'
import { takePortalChunk } from './portal-chunk.ts'
import { uploaders, UploadParams } from './routes.ts'
import { fileInfo } from './security/index.ts'
import type { UploadService } from './service.ts'

const PORTAL_CHUNK = 5_242_880

const Page = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
  offset: Type.Integer({ minimum: 0, maximum: 1_000_000_000, default: 0 }),
})

const limit = (max: number) => ({ permission: uploaders, limit: { max, windowSeconds: 60 } })

/**
 * The way of portals and scripts: multipart chunks with MD5. Names, paths and limits are fixed.
 * `spool`: a folder for chunks that come before the fields that say whose they are.
 */
export const portalRoutes =
  (service: UploadService, settings: { spool: string; chunkBytes: number }): FastifyPluginAsync =>
  async (app) => {
    await app.register(multipart, {
      limits: { files: 1, fields: 16, fieldSize: 4096, fileSize: settings.chunkBytes },
    })

    app.post<{ Body: InitRequest }>(
      '/api/v2/files/upload/init',
      { config: limit(20), schema: { body: InitRequest, response: { 201: InitAnswer } } },
      async (request, reply) => {
        const {
          filename,
          file_size: size,
          job_id: label,
          chunk_size: chunkSize = PORTAL_CHUNK,
          checksum,
        } = request.body
        const opening = { name: filename, size, label, chunkSize, checksum }
        const { row } = await service.open(identityOf(request).username, opening)
        return reply.code(201).send({
          upload_id: row.id,
          chunk_size: row.chunk_size,
          total_chunks: row.total_chunks,
          storage_path: await service.folder(row),
          file_info: fileInfo(row.filename, row.size, row.class),
        })
      },
    )

    app.post(
      '/api/v2/files/upload/chunk',
      { config: limit(2000), schema: { consumes: ['multipart/form-data'], response: { 200: PortalChunkAnswer } } },
      async (request) => {
        const who = identityOf(request)
        const origin = originOf(request)
        const answer = await takePortalChunk(request, settings.spool, (id, chunk) =>
          service.chunk(who, id, chunk, origin),
        )
        return { message: 'Chunk uploaded', ...answer }
      },
    )

    app.post<{ Body: Static<typeof PortalComplete> }>(
      '/api/v2/files/upload/complete',
      { config: limit(20), schema: { body: PortalComplete, response: { 200: PortalCompleteAnswer } } },
      async (request) => {
        const { upload_id: id, verify_checksum: wholeFile = true } = request.body
        const row = await service.complete(identityOf(request), id, { wholeFile, wait: true }, originOf(request))
        const { file_path: path = '', file_info: info } = await service.view(row)
        return { message: 'Upload complete', file_path: path, file_info: info }
      },
    )

    app.get<{ Querystring: Static<typeof Page> }>(
      '/api/v2/files/uploads',
      { config: limit(100), schema: { querystring: Page, response: { 200: UploadList } } },
      async (request, reply) => {
        const who = identityOf(request)
        const { limit: size, offset } = request.query
        const { rows, total } = await service.store.page(isAdmin(who) ? undefined : who.username, size, offset)
        reply.header('x-total-count', total).header('x-page-count', Math.ceil(total / size))
        return { uploads: await Promise.all(rows.map((row) => service.view(row))), total }
      },
    )

    app.get<{ Params: UploadParams }>(
      '/api/v2/files/uploads/:id',
      { config: limit(100), schema: { params: UploadParams, response: { 200: AgentUpload } } },
      async (request) => service.view(await service.visible(identityOf(request), request.params.id)),
    )

    app.delete<{ Params: UploadParams }>(
      '/api/v2/files/uploads/:id',
      { config: limit(50), schema: { params: UploadParams, response: { 200: AgentUpload } } },
      async (request) => {
        const row = await service.visible(identityOf(request), request.params.id)
        return service.view(await service.cancel(row, originOf(request)))
      },
    )

    app.get(
      '/api/v2/files/health',
      { config: { public: 'all' }, schema: { response: { 200: Type.Object({ status: Type.Literal('ok') }) } } },
      async () => ({ status: 'ok' as const }),
    )
  }
