import type { Jobs } from '../jobs/index.ts'
import type { Agent } from '../kit/agent.ts'
import type { Noun } from '../kit/noun.ts'
import type { Uploads } from '../uploads/index.ts'
import { createFolderChanges } from './changes.ts'
import { createFolders } from './folder.ts'
import { folderRoutes } from './folder-routes.ts'
import { createMeshes } from './meshes.ts'
import { meshRoutes } from './mesh-routes.ts'
import { resultRoutes } from './routes.ts'

/** What jobs leave behind: their folders and files, and the figures their templates read from them. */
export function createResults(agent: Agent, { jobs, uploads }: { jobs: Jobs; uploads: Uploads }): Noun {
  const folders = createFolders(agent)
  // What an ended job left is looked at at once, and must be all of it.
  jobs.onChange((job) => folders.forget(job))
  const changes = createFolderChanges(agent, { uploads, folders })
  const meshes = createMeshes()
  return {
    close: async () => meshes.close(),
    routes: async (app) => {
      await app.register(resultRoutes(agent, jobs))
      await app.register(folderRoutes(agent, { jobs, folders, changes }))
      await app.register(meshRoutes(agent, { jobs, meshes }))
    },
  }
}
