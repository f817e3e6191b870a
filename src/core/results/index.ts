import type { DatabaseSync } from 'node:sqlite'
import type { FileList, ResultValues } from '../../../contract/agent/results.ts'
import type { FolderSizes, ResultFolder, Selection, Space } from '../../../contract/results.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import type { Agents } from '../agent-client/index.ts'
import { jobPath } from '../jobs/index.ts'
import type { Logger } from '../platform.ts'
import type { Remembered } from '../sites/index.ts'
import type { TaskSource } from '../tasks/index.ts'
import type { Deliveries } from '../outbox/index.ts'
import { folderDeliveries } from './deliveries.ts'
import { createDownloads } from './downloads.ts'
import { preview } from './preview.ts'
import { createPuts } from './puts.ts'
import { filesPath, folderPath, spacePath } from './routes.ts'
import { queryOf } from './select.ts'
import { createTickets, type Download } from './tickets.ts'

export { localTree } from './save-tree.ts'
export { newestOf } from './select.ts'
export type { Download } from './tickets.ts'

export interface ResultsFeature {
  handlers: FeatureHandlers<'results'>
  /** Downloads, and uploads into jobs' folders. */
  tasks: TaskSource[]
  deliveries: Pick<Deliveries, 'make-folder' | 'rename' | 'remove-files'>
  /** What a one-time ticket stands for. */
  takeDownload(ticket: string): Promise<Download>
  /** Goes on with what a former run has left. */
  start(): void
  close(): Promise<void>
}

/** What jobs leave behind: their folders, files and figures; looking at them, fetching them, changing them. */
export function createResults(parts: {
  /** The tasks' journal. */
  database: DatabaseSync
  agents: Agents
  remembered: Remembered
  whenUploaded: Parameters<typeof createPuts>[0]['whenUploaded']
  downloadsFolder: string
  /** Bytes per second for all downloads now; 0: none. */
  downloadLimit: () => number
  log: Logger
}): ResultsFeature {
  const { agents, remembered } = parts
  const downloads = createDownloads({ ...parts, limit: parts.downloadLimit })
  const puts = createPuts(parts)
  const tickets = createTickets(agents)
  return {
    tasks: [downloads.source, puts.source],
    deliveries: folderDeliveries(agents),
    takeDownload: (ticket) => tickets.take(ticket),
    start() {
      downloads.start()
      puts.start()
    },
    async close() {
      await Promise.all([downloads.close(), puts.close()])
    },
    handlers: {
      methods: {
        files: ({ site, id }, { signal }) => remembered<FileList>(site, 'files', filesPath(id), { signal }),
        figures: ({ site, id }, { signal }) =>
          remembered<ResultValues>(site, 'figures', `${jobPath(id)}/results`, { signal }),
        folder: ({ site, id, ...query }, { signal }) =>
          remembered<ResultFolder>(site, 'folder', folderPath(id), { signal, query: queryOf(query) }),
        sizes: ({ site, id, path }, { signal }) =>
          agents.client(site).get<FolderSizes>(`${folderPath(id)}/sizes`, { signal, query: { path } }),
        space: ({ site }, { signal }) => agents.client(site).get<Space>(spacePath, { signal }),
        preview: ({ site, ...file }, { signal }) => preview(agents.client(site), file, signal),
        makeFolder: ({ site, id, path }, { signal }) =>
          agents.client(site).post<{ path: string }>(folderPath(id), { json: { path }, signal }),
        rename: ({ site, id, from, to }, { signal }) =>
          agents.client(site).post<{ path: string }>(`${filesPath(id)}/rename`, { json: { from, to }, signal }),
        remove: ({ site, id, paths }, { signal }) =>
          agents.client(site).post<{ removed: number }>(`${filesPath(id)}/remove`, { json: { paths }, signal }),
        put: (input, { id }) => ({ taskId: puts.put(input, id) }),
        taken: async (input) => ({ taken: await downloads.taken(input) }),
        save: (input, { id }) => ({ taskId: downloads.save(input, id) }),
        saveMany: (input, { id }) => ({ taskId: downloads.saveMany(input, id) }),
        downloadTicket: ({ site, id, path }) => ({ ticket: tickets.give(site, id, { path }) }),
        archiveTicket: ({ site, id, name, ...selection }) => ({
          ticket: tickets.give(site, id, { name, selection: selection satisfies Selection }),
        }),
      },
      streams: {},
    },
  }
}
