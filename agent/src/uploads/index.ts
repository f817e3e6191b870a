import { createReadStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import type { Noun } from '../kit/noun.ts'
import { portalRoutes } from './portal-routes.ts'
import { chunkAt, chunkCount } from './ranges.ts'
import { uploadRoutes } from './routes.ts'
import { UploadService } from './service.ts'
import { setRoutes } from './set-routes.ts'
import type { UploadRow } from './store.ts'
import { tusRoutes } from './tus-routes.ts'
import type { StoredFile, Uploads } from './uploads.ts'

export { digestOf } from './digests.ts'
export { numberedName } from '../user-files/index.ts'
export { TUS_HEADERS } from './tus-protocol.ts'
export type { StoredFile, Uploads } from './uploads.ts'

const ADOPT_CHUNK = 8 * 2 ** 20

function storedFile(row: UploadRow): StoredFile {
  if (row.status !== 'uploaded' || row.path === null) {
    throw new Failure('WRONG_STATE', `The upload of ${row.filename} is not complete.`, {
      details: { status: row.status },
    })
  }
  const { id, filename: name, folder, size, class: fileClass, path, digest } = row
  return { uploadId: id, name, folder, size, class: fileClass, path, ...(digest === null ? {} : { digest }) }
}

/** Uploads of files into users' areas: the app's raw chunks, the portals' multipart, and verified files for jobs. */
export function createUploads(agent: Agent): Noun & Uploads {
  const service = new UploadService(agent)
  const spool = join(agent.config.data, 'chunks')
  return {
    routes: async (app) => {
      await app.register(uploadRoutes(service))
      await app.register(setRoutes(service))
      await app.register(tusRoutes(service, { maxSize: agent.config.limits.fileSize }))
      await app.register(portalRoutes(service, { spool, chunkBytes: agent.config.limits.chunkBytes }))
    },
    async start() {
      // What an agent that was killed has left in it belongs to nobody.
      await rm(spool, { recursive: true, force: true })
      await mkdir(spool, { recursive: true, mode: 0o700 })
      await service.start()
    },
    close: () => service.close(),

    async stored(user, uploadId) {
      const row = await service.store.find(uploadId)
      // Another user's upload is as unknown as one that never was.
      if (row?.user !== user) throw new Failure('NOT_FOUND', 'There is no such upload.')
      return storedFile(row)
    },

    async move(user, uploadId, path) {
      const row = await service.store.find(uploadId)
      if (row?.user !== user) throw new Failure('NOT_FOUND', 'There is no such upload.')
      await agent.files.rename(user, storedFile(row).path, path)
      await service.store.update(uploadId, { path })
    },

    async adopt(user, label, { source, name, class: fileClass }) {
      const { size } = await stat(source)
      const { row } = await service.open(user, { name, label, size, class: fileClass, chunkSize: ADOPT_CHUNK })
      const who = { username: user }
      for (let index = 0; index < chunkCount(size, ADOPT_CHUNK); index++) {
        const { offset, length } = chunkAt(size, ADOPT_CHUNK, index)
        const body = createReadStream(source, { start: offset, end: offset + length - 1 })
        await service.chunk(who, row.id, { index, body }, {})
      }
      return storedFile(await service.complete(who, row.id, { wait: true }, {}))
    },
  }
}
