import { extname } from 'node:path'
import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { MeshParameters } from '../../../contract/agent/results.ts'
import { isMesh } from '../../../contract/mesh.ts'
import { type Jobs, viewJobs } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { identityOf, type TypeBox } from '../kit/http.ts'
import { isOurs, placeOf } from './folder.ts'
import type { Meshes } from './meshes.ts'

/** The surface of a mesh or result file, made small here. */
export function meshRoutes(agent: Agent, { jobs, meshes }: { jobs: Jobs; meshes: Meshes }): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<TypeBox>()
    app.get(
      '/api/v2/jobs/:id/mesh',
      {
        config: viewJobs,
        schema: { params: Type.Object({ id: Type.String({ maxLength: 128 }) }), querystring: MeshParameters },
      },
      async (request, reply) => {
        const job = await jobs.find(identityOf(request), request.params.id)
        const { path } = request.query
        if (isOurs(path)) throw new Failure('NOT_FOUND', `There is no file "${path}" in this job.`)
        if (!isMesh(path)) throw new Failure('BAD_REQUEST', 'Files of this kind are not drawn.')
        // A link to what the job was given: the upload itself is opened.
        const input = job.inputs.find(({ name }) => name === path)
        const place = input?.path ?? placeOf(job, path)
        const found = await agent.files.stat(job.user, place)
        if (found?.kind !== 'file') throw new Failure('NOT_FOUND', `There is no file "${path}" in this job.`)
        const version = `${found.size}-${found.modified.getTime()}`
        const key = JSON.stringify([job.user, place, version])
        const mesh = await meshes.draw(key, extname(path).slice(1).toLowerCase(), () =>
          agent.files.openRead(job.user, place),
        )
        reply
          .header('Content-Type', 'application/octet-stream')
          .header('X-Content-Type-Options', 'nosniff')
          .header('Content-Security-Policy', "default-src 'none'; sandbox")
          .header('Cache-Control', 'private, no-cache')
        return reply.send(Buffer.from(mesh.buffer, mesh.byteOffset, mesh.byteLength))
      },
    )
  }
}
