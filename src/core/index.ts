import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { Port } from '../rpc/port.ts'
import { createServer } from '../rpc/server.ts'
import type { FeatureHandlers, Handlers } from '../rpc/types.ts'
import { agentTimes, type AgentTimes } from './agent-client/index.ts'
import { createConvergence } from './convergence/index.ts'
import { createDesktops } from './desktops/index.ts'
import { createForwards } from './forwards/index.ts'
import { createJobs } from './jobs/index.ts'
import { appError } from './kit/app-error.ts'
import { openJournal } from './kit/journal.ts'
import { openLastKnown } from './kit/last-known.ts'
import { createLogs } from './logs/index.ts'
import { createNodes } from './nodes/index.ts'
import { createNotifications } from './notifications/index.ts'
import type { Platform } from './platform.ts'
import { createPreflight } from './preflight/index.ts'
import { createResults, type Download } from './results/index.ts'
import { createSettings } from './settings/index.ts'
import { createSites } from './sites/index.ts'
import type { SshTimes } from './ssh/index.ts'
import { createTasks, taskMigrations } from './tasks/index.ts'
import { createTemplates } from './templates/index.ts'
import { createTerminals } from './terminals/index.ts'
import { createUploads, type Uploads } from './uploads/index.ts'
import { createUsage } from './usage/index.ts'
import { createWorkflows } from './workflows/index.ts'

/** The whole domain, as a host starts it. */
export interface Core {
  handlers: Handlers
  /** Answers a window or terminal until its port closes; any number at once. */
  serve(port: Port): void
  /** The result file that a one-time ticket stands for; for hosts with `browserDownloads`. */
  takeDownload(ticket: string): Promise<Download>
  /** The bytes of a desktop that a one-time ticket of `desktops.open` stands for: RFB, as a viewer speaks it. NOT_FOUND. */
  takeViewer(ticket: string): Promise<Duplex>
  /** Long work stops where it is and goes on at the next start. */
  close(): Promise<void>
}

export interface CoreOptions {
  /** Waits towards agents, in milliseconds. */
  times?: Partial<AgentTimes>
  /** Waits towards SSH servers, in milliseconds. */
  sshTimes?: Partial<SshTimes>
  /** SSH sites connect by themselves where nothing must be asked; default true. */
  connectAtStart?: boolean
}

/** The composition root: every part made by its factory, handed what it needs, closed in the reverse order. */
export async function createCore(platform: Platform, options: CoreOptions = {}): Promise<Core> {
  const { log, paths } = platform
  const folder = paths.data
  const journals = paths.journals ?? folder
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await mkdir(journals, { recursive: true, mode: 0o700 })
  const settings = await createSettings({ folder, log })
  const lastKnown = openLastKnown(join(journals, 'last-known.db'), log)
  const sites = await createSites({
    platform,
    folder,
    log,
    times: { ...agentTimes, ...options.times },
    connectAtStart: options.connectAtStart ?? true,
    ...(options.sshTimes === undefined ? {} : { sshTimes: options.sshTimes }),
  })
  const { agents } = sites
  const behindSsh = { access: (id: string) => sites.access(id), onSites: agents.onSites.bind(agents), log }
  const terminals = createTerminals(behindSsh)
  const forwards = createForwards(behindSsh)
  sites.onChange((id, site) => {
    if (site === undefined) lastKnown.forget(id)
  })
  const uploads = createUploads({ platform, agents, userOf: (site) => sites.userOf(site), settings })
  const taskJournal = openJournal({ path: join(journals, 'tasks.db'), migrations: taskMigrations, log })
  const jobs = createJobs({
    database: taskJournal,
    platform,
    sites,
    lastKnown,
    whenUploaded: (ids, signal) => uploads.whenUploaded(ids, signal),
  })
  const results = createResults({
    database: taskJournal,
    agents,
    whenUploaded: (ids, signal) => uploads.whenUploaded(ids, signal),
    downloadsFolder: paths.downloads,
    log,
  })
  const templates = createTemplates({
    agents,
    lastKnown,
    addFinished: (...file) => uploads.addFinished(...file),
  })
  const logs = createLogs({ agents, log })
  const workflows = createWorkflows({ agents })
  const nodes = createNodes({ agents })
  const desktops = createDesktops({ sites, lastKnown, log })
  const notifications = createNotifications({ platform, sites, lastKnown })
  const handlers: Handlers = {
    host: hostHandlers(platform, uploads),
    settings: settings.handlers,
    sites: sites.handlers,
    forwards: forwards.handlers,
    terminals: terminals.handlers,
    templates: templates.handlers,
    uploads: uploads.handlers,
    jobs: jobs.handlers,
    preflight: createPreflight({ agents }).handlers,
    usage: createUsage({ agents }).handlers,
    logs: logs.handlers,
    results: results.handlers,
    convergence: createConvergence({ agents, log }).handlers,
    workflows: workflows.handlers,
    nodes: nodes.handlers,
    desktops: desktops.handlers,
    notifications: notifications.handlers,
    tasks: createTasks([uploads.tasks, jobs.tasks, ...results.tasks]).handlers,
  }
  const server = createServer(handlers, {
    onFault: ({ reference, call, error }) =>
      log.error('a call failed', { reference, call, error: error instanceof Error ? error.stack : 'unknown' }),
  })
  uploads.start()
  jobs.start()
  results.start()
  return {
    handlers,
    serve: (port) => server.serve(port),
    takeDownload: (ticket) => results.takeDownload(ticket),
    takeViewer: (ticket) => desktops.takeViewer(ticket),
    async close() {
      await Promise.all([jobs.close(), results.close()])
      taskJournal.close()
      await uploads.close()
      notifications.close()
      desktops.close()
      nodes.close()
      workflows.close()
      templates.close()
      terminals.close()
      await forwards.close()
      sites.close()
      lastKnown.close()
    },
  }
}

function hostHandlers(platform: Platform, uploads: Uploads): FeatureHandlers<'host'> {
  const { version, locale, capabilities, localSite } = platform
  return {
    methods: {
      info: () => ({ version, locale, capabilities, ...(localSite === undefined ? {} : { localSite }) }),
      async openExternal({ url }) {
        await platform.openExternal(url)
        return {}
      },
      async pickFiles({ folders }, context) {
        if (platform.pickFiles === undefined) {
          throw appError('CONFLICT', { reason: 'This host has no file dialog.' }, 'This host has no file dialog.')
        }
        return uploads.handlers.methods.expand({ paths: await platform.pickFiles(folders) }, context)
      },
    },
    streams: {},
  }
}
