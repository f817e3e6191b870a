import { join } from 'node:path'
import type { Static } from 'typebox'
import type { CancelAnswer, FileList, ResultValues } from '../../../contract/agent/jobs.ts'
import type { FeatureHandlers, StreamSink } from '../../rpc/types.ts'
import type { AgentClient, AgentLink, Agents } from '../agent-client/index.ts'
import { errorValueOf } from '../kit/app-error.ts'
import { openJournal } from '../kit/journal.ts'
import type { LastKnown } from '../kit/last-known.ts'
import type { Platform } from '../platform.ts'
import { createPerSite, type SitesFeature } from '../sites/index.ts'
import { taskMigrations, type TaskSource } from '../tasks/index.ts'
import { followConvergence } from './convergence.ts'
import { createDownloads } from './downloads.ts'
import { createJobList } from './list.ts'
import { followLog } from './log.ts'
import { jobDetail, jobPath } from './routes.ts'
import { createSubmissions, type SubmissionsParts } from './submissions.ts'
import { createTickets, type Download } from './tickets.ts'

export type { Download } from './tickets.ts'

export interface JobsFeature {
  handlers: FeatureHandlers<'jobs'>
  /** Submissions and downloads. */
  tasks: TaskSource[]
  /** The file that a one-time ticket stands for. */
  takeDownload(ticket: string): Promise<Download>
  /** Goes on with what a former run has left. */
  start(): void
  close(): Promise<void>
}

/** Jobs at all sites: the list, one job's story, submitting, and fetching results. Tasks are kept in `tasks.db`. */
export function createJobs(parts: {
  platform: Platform
  sites: SitesFeature
  lastKnown: LastKnown
  whenUploaded: SubmissionsParts['whenUploaded']
}): JobsFeature {
  const { platform, sites, lastKnown, whenUploaded } = parts
  const { agents } = sites
  const { log, paths } = platform
  const database = openJournal({
    path: join(paths.journals ?? paths.data, 'tasks.db'),
    migrations: taskMigrations,
    log,
  })
  const lists = createPerSite(agents, (site) =>
    createJobList({ site, client: agents.client(site), link: agents.link(site), lastKnown }),
  )
  const submissions = createSubmissions({
    database,
    agents,
    sites,
    whenUploaded,
    onJob: (site, job) => lists.of(site).put(job),
    log,
  })
  const downloads = createDownloads({ database, agents, downloadsFolder: paths.downloads, log })
  const tickets = createTickets(agents)

  return {
    tasks: [submissions.source, downloads.source],
    takeDownload: (ticket) => tickets.take(ticket),
    start() {
      submissions.start()
      downloads.start()
    },
    async close() {
      await Promise.all([submissions.close(), downloads.close()])
      lists.close()
      database.close()
    },
    handlers: {
      methods: {
        submit: (input, { id }) => ({ taskId: submissions.submit(input, id) }),
        save: (input, { id }) => ({ taskId: downloads.save(input, id) }),
        downloadTicket: ({ site, id, path }) => ({ ticket: tickets.give(site, id, path) }),
        async cancel({ site, id }, { signal }) {
          const path = `${jobPath(id)}/cancel`
          const { job } = await agents.client(site).post<Static<typeof CancelAnswer>>(path, { signal })
          lists.of(site).put(job)
          return job
        },
        detail: ({ site, id }, { signal }) => jobDetail(agents.client(site), id, signal),
        files: ({ site, id }, { signal }) => agents.client(site).get<FileList>(`${jobPath(id)}/files`, { signal }),
        results: ({ site, id }, { signal }) =>
          agents.client(site).get<ResultValues>(`${jobPath(id)}/results`, { signal }),
      },
      streams: {
        all: ({ site }, sink) => lists.of(site).subscribe(sink),
        log: (params, sink) => followed(agents, params, sink, (job) => followLog(job, sink), log),
        convergence: (params, sink) => followed(agents, params, sink, (job) => followConvergence(job, sink), log),
      },
    },
  }
}

interface Followed {
  client: AgentClient
  link: AgentLink
  job: string
  signal: AbortSignal
}

/** Runs a following of one job until its window looks away; what it fails with ends the stream. */
function followed(
  agents: Agents,
  { site, id }: { site: string; id: string },
  sink: StreamSink<never, never>,
  follow: (job: Followed) => Promise<void>,
  log: Platform['log'],
): () => void {
  const abort = new AbortController()
  const job = { client: agents.client(site), link: agents.link(site), job: id, signal: abort.signal }
  follow(job).catch((error: unknown) => {
    if (!abort.signal.aborted) sink.fail(errorValueOf(error, log, 'following a job'))
  })
  return () => abort.abort(new Error('nobody looks any more'))
}
