import type { IncomingMessage } from 'node:http'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { Failure } from '../kit/failure.ts'
import { identityOf, originOf } from '../kit/http.ts'
import { uploaders, UploadParams } from './routes.ts'
import type { UploadService } from './service.ts'
import type { TusState } from './tus.ts'
import {
  bytesIn,
  checksumIn,
  TUS_BYTES,
  TUS_CHECKSUMS,
  TUS_EXTENSIONS,
  TUS_VERSION,
  TusFailure,
} from './tus-protocol.ts'

const TUS = '/api/v2/files/tus'
type OfUpload = FastifyRequest<{ Params: UploadParams }>

const isBytes = ({ headers }: FastifyRequest): boolean =>
  headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() === TUS_BYTES

const isBody = (body: unknown): body is IncomingMessage => typeof body === 'object' && body !== null

function tell(reply: FastifyReply, { offset, expires }: TusState): FastifyReply {
  reply.header('upload-offset', String(offset))
  if (expires !== undefined) reply.header('upload-expires', expires.toUTCString())
  return reply
}

/** The bytes of a request, to where they belong. */
async function append(service: UploadService, request: FastifyRequest, id: string): Promise<TusState> {
  if (!isBytes(request)) {
    throw new TusFailure(415, 'UNSUPPORTED_MEDIA_TYPE', `The bytes must come as ${TUS_BYTES}.`)
  }
  const { body, headers } = request
  const offset = headers['upload-offset'] === undefined ? 0 : bytesIn('Upload-Offset', headers['upload-offset'])
  const checksum = checksumIn(headers['upload-checksum'])
  const who = identityOf(request)
  if (!isBody(body)) return service.tus.state(who, id)
  return service.tus.append(who, id, { offset, body, checksum }, originOf(request))
}

async function patch(service: UploadService, request: OfUpload, reply: FastifyReply): Promise<FastifyReply> {
  bytesIn('Upload-Offset', request.headers['upload-offset'])
  return tell(reply, await append(service, request, request.params.id))
    .code(204)
    .send()
}

async function remove(service: UploadService, request: OfUpload, reply: FastifyReply): Promise<FastifyReply> {
  await service.tus.cancel(identityOf(request), request.params.id, originOf(request))
  return reply.code(204).send()
}

/** The tus protocol, 1.0.0, for Uppy and every other client of it. `maxSize`: bytes of one file. */
export const tusRoutes =
  (service: UploadService, { maxSize }: { maxSize: number }): FastifyPluginAsync =>
  async (app) => {
    app.removeAllContentTypeParsers()
    // Bodies are not parsed: the handler takes them from the socket, or throws them away.
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))

    app.addHook('onSend', async (request, reply) => {
      if (request.method !== 'OPTIONS') reply.header('tus-resumable', TUS_VERSION)
    })
    app.addHook('preHandler', async ({ method, headers }, reply) => {
      if (method === 'OPTIONS' || headers['tus-resumable'] === TUS_VERSION) return
      reply.header('tus-version', TUS_VERSION)
      throw new TusFailure(412, 'BAD_REQUEST', `The agent speaks tus ${TUS_VERSION}.`)
    })
    // What is left of a refused body is read and thrown away, else the answer could not be sent.
    app.addHook('onError', async ({ body }) => {
      if (isBody(body)) body.resume()
    })

    for (const url of [TUS, `${TUS}/:id`]) {
      app.options(
        url,
        {
          config: { public: 'all', cors: { strictPreflight: false, preflightContinue: true } },
          schema: { summary: 'What this agent can do of the tus protocol' },
        },
        (_request, reply) =>
          reply
            .headers({
              'tus-version': TUS_VERSION,
              'tus-max-size': String(maxSize),
              'tus-extension': TUS_EXTENSIONS,
              'tus-checksum-algorithm': TUS_CHECKSUMS.join(','),
            })
            .code(204)
            .send(),
      )
    }

    app.post(
      TUS,
      {
        config: { permission: uploaders, limit: { max: 1_200, windowSeconds: 60 } },
        schema: {
          summary: 'Begin an upload by the tus protocol, with its first bytes or without',
          consumes: [TUS_BYTES],
        },
      },
      async (request, reply) => {
        const { headers, body } = request
        if (headers['upload-length'] === undefined) {
          throw new Failure('BAD_REQUEST', 'The length of the file must be known. Send Upload-Length.')
        }
        const size = bytesIn('Upload-Length', headers['upload-length'])
        const metadata = headers['upload-metadata']
        const who = identityOf(request)
        const created = await service.tus.create(
          who,
          size,
          typeof metadata === 'string' ? metadata : '',
          originOf(request),
        )
        const { id } = created.row
        // Also where the bytes are refused: the upload is there, and can be gone on with.
        reply.header('location', `${TUS}/${id}`)
        if (!isBytes(request) && isBody(body)) body.resume()
        const state = isBytes(request) && size > 0 ? await append(service, request, id) : created
        return tell(reply, state).code(201).send()
      },
    )

    app.head<{ Params: UploadParams }>(
      `${TUS}/:id`,
      {
        config: { permission: uploaders, limit: { max: 6_000, windowSeconds: 60 } },
        schema: { summary: 'How many bytes of an upload by the tus protocol are there', params: UploadParams },
      },
      async (request, reply) => {
        const state = await service.tus.state(identityOf(request), request.params.id)
        reply.header('upload-length', String(state.row.size))
        if (state.metadata !== '') reply.header('upload-metadata', state.metadata)
        return tell(reply, state).code(200).send()
      },
    )

    app.patch<{ Params: UploadParams }>(
      `${TUS}/:id`,
      {
        config: { permission: uploaders, limit: { max: 30_000, windowSeconds: 60 } },
        schema: { summary: 'More bytes of an upload by the tus protocol', consumes: [TUS_BYTES], params: UploadParams },
      },
      (request, reply) => patch(service, request, reply),
    )

    app.delete<{ Params: UploadParams }>(
      `${TUS}/:id`,
      {
        config: { permission: uploaders, limit: { max: 6_000, windowSeconds: 60 } },
        schema: { summary: 'End an upload by the tus protocol and remove what has come', params: UploadParams },
      },
      (request, reply) => remove(service, request, reply),
    )

    app.post<{ Params: UploadParams }>(
      `${TUS}/:id`,
      {
        config: { permission: uploaders, limit: { max: 30_000, windowSeconds: 60 } },
        schema: {
          summary: 'PATCH or DELETE from where only POST gets through; X-HTTP-Method-Override says which',
          consumes: [TUS_BYTES],
          params: UploadParams,
        },
      },
      async (request, reply) => {
        const method = request.headers['x-http-method-override']
        if (method === 'PATCH') return patch(service, request, reply)
        if (method === 'DELETE') return remove(service, request, reply)
        throw new TusFailure(405, 'BAD_REQUEST', 'An upload takes HEAD, PATCH and DELETE.')
      },
    )
  }
