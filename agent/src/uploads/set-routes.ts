import type { IncomingMessage } from 'node:http'
import type { FastifyPluginAsync } from 'fastify'
import { UploadSetAnswer } from '../../../contract/agent/uploads.ts'
import { identityOf, originOf } from '../kit/http.ts'
import { uploaders } from './routes.ts'
import type { UploadService } from './service.ts'
import { decodeSet, readSetBody, SET } from './set-body.ts'
import { SetTurns } from './set-turns.ts'

/** Many small files in one request. */
export const setRoutes =
  (service: UploadService): FastifyPluginAsync =>
  async (app) => {
    const turns = new SetTurns()
    app.removeAllContentTypeParsers()
    // The handler reads the body when it is its turn: sets that wait are with their senders, not in memory.
    app.addContentTypeParser(SET, (_request, payload, done) => done(null, payload))

    app.post<{ Body: IncomingMessage }>(
      '/api/v2/uploads/sets',
      {
        config: { permission: uploaders, limit: { max: 6_000, windowSeconds: 60 } },
        schema: {
          summary: 'Many small files at once, each verified and stored on its own',
          consumes: [SET],
          response: { 200: UploadSetAnswer },
        },
      },
      async (request, reply) => {
        if (request.headers['content-length'] === undefined) reply.header('connection', 'close')
        const { username } = identityOf(request)
        const leave = await turns.take(username)
        try {
          return await service.sets.take(username, decodeSet(await readSetBody(request.body)), originOf(request))
        } finally {
          leave()
        }
      },
    )
  }
