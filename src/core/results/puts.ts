import type { DatabaseSync } from 'node:sqlite'
import type { Input } from '../../../contract/app.ts'
import { untilDone, type Agents } from '../agent-client/index.ts'
import type { Logger } from '../platform.ts'
import { createTaskRunner, type TaskRunner } from '../tasks/index.ts'
import { filesPath } from './routes.ts'

/** Files to be put into a job's folder, as they are kept. */
interface Kept {
  job: string
  folder: string
  /** By the upload's id here; what was placed leaves the list. */
  uploads: { id: string; path: string }[]
}

export interface Puts extends Omit<TaskRunner, 'add'> {
  /** The task's id; the same for the same change. */
  put(input: Input<'results', 'put'>, change: string): string
}

/** Uploads that go into a job's folder, as tasks: each waits for its bytes to be verified and is then given its place. */
export function createPuts(parts: {
  database: DatabaseSync
  agents: Agents
  whenUploaded: (ids: readonly string[], signal: AbortSignal) => Promise<{ id: string; agentUploadId: string }[]>
  log: Logger
}): Puts {
  const { database, agents, whenUploaded, log } = parts
  const runner = createTaskRunner<Kept>(
    database,
    {
      kind: 'put',
      canPause: false,
      canCancel: () => true,
      async run({ site, body }, control) {
        const { job, folder } = body
        for (let left = body.uploads; left.length > 0; left = left.slice(1)) {
          const [first] = left
          if (first === undefined) break
          control.waiting('files')
          const [uploaded] = await whenUploaded([first.id], control.signal)
          control.waiting()
          const path = folder === '' ? first.path : `${folder}/${first.path}`
          // The same again is answered with the same: a lost answer does no harm.
          await untilDone(agents.link(site), control.signal, async (signal) => {
            control.waiting(agents.link(site).ready ? undefined : 'network')
            const json = { uploadId: uploaded?.agentUploadId ?? '', path }
            return agents.client(site).post<{ path: string }>(filesPath(job), { json, signal })
          })
          control.save({ ...body, uploads: left.slice(1) })
        }
        return { jobId: job }
      },
    },
    log,
  )
  return {
    ...runner,
    put({ site, id, folder, uploads }, change) {
      agents.client(site)
      const title = uploads[0]?.path ?? id
      return runner.add({ change, site, title, body: { job: id, folder, uploads } })
    },
  }
}
