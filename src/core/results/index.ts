import type { DatabaseSync } from 'node:sqlite'
import type { FileList, ResultValues } from '../../../contract/agent/results.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import type { Agents } from '../agent-client/index.ts'
import { jobPath } from '../jobs/index.ts'
import type { Logger } from '../platform.ts'
import type { TaskSource } from '../tasks/index.ts'
import { createDownloads } from './downloads.ts'
import { filesPath } from './routes.ts'
import { createTickets, type Download } from './tickets.ts'

export type { Download } from './tickets.ts'

export interface ResultsFeature {
  handlers: FeatureHandlers<'results'>
  /** Downloads. */
  tasks: TaskSource
  /** The file that a one-time ticket stands for. */
  takeDownload(ticket: string): Promise<Download>
  /** Goes on with what a former run has left. */
  start(): void
  close(): Promise<void>
}

/** What jobs leave behind: their files and figures, and fetching them. */
export function createResults(parts: {
  /** The tasks' journal. */
  database: DatabaseSync
  agents: Agents
  downloadsFolder: string
  log: Logger
}): ResultsFeature {
  const { agents } = parts
  const downloads = createDownloads(parts)
  const tickets = createTickets(agents)
  return {
    tasks: downloads.source,
    takeDownload: (ticket) => tickets.take(ticket),
    start: () => downloads.start(),
    close: () => downloads.close(),
    handlers: {
      methods: {
        files: ({ site, id }, { signal }) => agents.client(site).get<FileList>(filesPath(id), { signal }),
        figures: ({ site, id }, { signal }) =>
          agents.client(site).get<ResultValues>(`${jobPath(id)}/results`, { signal }),
        save: (input, { id }) => ({ taskId: downloads.save(input, id) }),
        downloadTicket: ({ site, id, path }) => ({ ticket: tickets.give(site, id, path) }),
      },
      streams: {},
    },
  }
}
