import type { Agents } from '../agent-client/index.ts'
import type { Deliveries } from '../outbox/index.ts'
import { filesPath, folderPath } from './routes.ts'

/** How the folders of jobs are changed at their site. */
export function folderDeliveries(
  agents: Pick<Agents, 'client'>,
): Pick<Deliveries, 'make-folder' | 'rename' | 'remove-files'> {
  const post = async (
    site: string,
    path: string,
    request: { json: unknown; key: string; signal: AbortSignal },
  ): Promise<Record<string, never>> => {
    await agents.client(site).post(path, request)
    return {}
  }
  return {
    'make-folder': ({ site, action: { job, path }, key, signal }) =>
      post(site, folderPath(job), { json: { path }, key, signal }),
    rename: ({ site, action: { job, from, to }, key, signal }) =>
      post(site, `${filesPath(job)}/rename`, { json: { from, to }, key, signal }),
    'remove-files': ({ site, action: { job, paths }, key, signal }) =>
      post(site, `${filesPath(job)}/remove`, { json: { paths }, key, signal }),
  }
}
