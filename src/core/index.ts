import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { Settings } from '../../contract/settings.ts'
import type { Port } from '../rpc/port.ts'
import { createServer } from '../rpc/server.ts'
import type { FeatureHandlers, Handlers } from '../rpc/types.ts'
import { agentTimes, type AgentTimes } from './agent-client/index.ts'
import { createConvergence } from './convergence/index.ts'
import { createDesktops } from './desktops/index.ts'
import { fetchAhead } from './fetch-ahead.ts'
import { createForwards } from './forwards/index.ts'
import { createJobs } from './jobs/index.ts'
import { appError } from './kit/app-error.ts'
import { openJournal } from './kit/journal.ts'
import { openLastKnown } from './kit/last-known.ts'
import { createNetworks } from './kit/networks.ts'
import { createLogs } from './logs/index.ts'
import { createNodes } from './nodes/index.ts'
import { createNotifications } from './notifications/index.ts'
import { createOutbox, type Outbox, type OutboxTimes } from './outbox/index.ts'
import type { Platform } from './platform.ts'
import { createPreflight } from './preflight/index.ts'
import { createResults, type Download } from './results/index.ts'
import { createSettings } from './settings/index.ts'
import { createRemembered, createSites } from './sites/index.ts'
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
  /** How much waits to be sent, for hosts that are about to end. */
  outbox: Pick<Outbox, 'unsent' | 'onChange'>
  /** Long work stops where it is and goes on at the next start. */
  close(): Promise<void>
}

export interface CoreOptions {
  /** Waits towards agents, in milliseconds. */
  times?: Partial<AgentTimes>
  /** Waits towards SSH servers, in milliseconds. */
  sshTimes?: Partial<SshTimes>
  outboxTimes?: Partial<OutboxTimes>
  /** Sites connect by themselves, those over SSH where nothing must be asked; default true. Else when something is asked of them. */
  connectAtStart?: boolean
  /** Settings of the user that are otherwise in this process; nothing of it is kept. */
  settings?: Partial<Settings>
  /** Nothing is sent, neither of the outbox nor of uploads: for those who only add, look and change. */
  atRest?: boolean
}

/** The composition root: every part made by its factory, handed what it needs, closed in the reverse order. */
export async function createCore(platform: Platform, options: CoreOptions = {}): Promise<Core> {
  const { log, paths } = platform
  const folder = paths.data
  const journals = paths.journals ?? folder
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await mkdir(journals, { recursive: true, mode: 0o700 })
  const settings = await createSettings({
    folder,
    log,
    ...(options.settings === undefined ? {} : { here: options.settings }),
  })
  const lastKnown = openLastKnown(join(journals, 'last-known.db'), log)
  const networks = createNetworks()
  const sites = await createSites({
    platform,
    folder,
    log,
    times: { ...agentTimes, ...options.times },
    connectAtStart: options.connectAtStart ?? true,
    networks,
    ...(options.sshTimes === undefined ? {} : { sshTimes: options.sshTimes }),
  })
  const { agents } = sites
  const behindSsh = { access: (id: string) => sites.access(id), onSites: agents.onSites.bind(agents), log }
  const terminals = createTerminals(behindSsh)
  const forwards = createForwards(behindSsh)
  sites.onChange((id, site) => {
    if (site === undefined) lastKnown.forget(id)
  })
  const uploads = createUploads({ platform, agents, sites, settings })
  const taskJournal = openJournal({ path: join(journals, 'tasks.db'), migrations: taskMigrations, log })
  const remembered = createRemembered({ sites, lastKnown })
  const jobs = createJobs({ sites, lastKnown, remembered })
  const results = createResults({
    database: taskJournal,
    agents,
    remembered,
    whenUploaded: (ids, signal) => uploads.whenUploaded(ids, signal),
    downloadsFolder: paths.downloads,
    downloadLimit: () => settings.current().downloadLimit,
    log,
  })
  const templates = createTemplates({
    sites,
    lastKnown,
    remembered,
    addFinished: (...file) => uploads.addFinished(...file),
  })
  const preflight = createPreflight({ agents, remembered })
  const outbox = createOutbox({
    folder: journals,
    former: taskJournal,
    sites,
    uploads,
    networks,
    deliveries: { ...jobs.deliveries, ...templates.deliveries, ...results.deliveries },
    questions: {
      template: (...asked) => templates.current(...asked),
      preflight: (...asked) => preflight.check(...asked),
      probe: async (site, signal) => void (await agents.client(site).get('/api/health', { signal })),
    },
    seenTemplate: (site, id) => templates.seen(site, id),
    log,
    ...(options.outboxTimes === undefined ? {} : { times: options.outboxTimes }),
  })
  const logs = createLogs({ agents, log })
  const workflows = createWorkflows({ sites, lastKnown })
  const nodes = createNodes({ sites, lastKnown })
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
    preflight: preflight.handlers,
    usage: createUsage({ agents }).handlers,
    logs: logs.handlers,
    results: results.handlers,
    convergence: createConvergence({ agents, log }).handlers,
    workflows: workflows.handlers,
    nodes: nodes.handlers,
    desktops: desktops.handlers,
    outbox: outbox.handlers,
    notifications: notifications.handlers,
    tasks: createTasks([uploads.tasks, outbox.tasks, ...results.tasks]).handlers,
  }
  const server = createServer(handlers, {
    onFault: ({ reference, call, error }) =>
      log.error('a call failed', { reference, call, error: error instanceof Error ? error.stack : 'unknown' }),
  })
  // A host of windows; a command of the terminal asks for what it needs.
  const ahead = options.connectAtStart !== false && options.atRest !== true
  const endAhead = ahead ? fetchAhead(sites, handlers) : undefined
  if (options.atRest !== true) {
    uploads.start()
    outbox.start()
    results.start()
  }
  return {
    handlers,
    serve: (port) => server.serve(port),
    takeDownload: (ticket) => results.takeDownload(ticket),
    outbox: { unsent: () => outbox.unsent(), onChange: (listener) => outbox.onChange(listener) },
    takeViewer: (ticket) => desktops.takeViewer(ticket),
    async close() {
      endAhead?.()
      await Promise.all([outbox.close(), results.close()])
      jobs.close()
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
      networks.close()
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
