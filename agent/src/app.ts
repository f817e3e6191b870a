import { isIP, type Socket } from 'node:net'
import cors from '@fastify/cors'
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { createAudit } from './audit/index.ts'
import { createAuth } from './auth/index.ts'
import { type Config, proxyList, SettingError } from './config.ts'
import { createConvergence } from './convergence/index.ts'
import { openDatabase } from './db/index.ts'
import { takeFolder } from './db/lease.ts'
import { createDesktopJobs, createDesktops } from './desktops/index.ts'
import { describeApi } from './docs/index.ts'
import { healthRoutes } from './health/index.ts'
import { createHelpers } from './helper/index.ts'
import { actOnce } from './idempotency/index.ts'
import { createJobs } from './jobs/index.ts'
import type { Agent } from './kit/agent.ts'
import { answerErrors, refuse, refuseConnection } from './kit/answers.ts'
import type { Noun } from './kit/noun.ts'
import { validateStrictly } from './kit/validation.ts'
import { createLog } from './log.ts'
import { createLogs } from './logs/index.ts'
import { createMetrics } from './metrics/index.ts'
import { createNodes } from './nodes/index.ts'
import { createPreflight } from './preflight/index.ts'
import { createNotifications } from './notifications/index.ts'
import { createRateLimit } from './rate-limit/index.ts'
import { createResults } from './results/index.ts'
import { createRunner } from './runner/index.ts'
import { createScheduler, createSchedulerStatus } from './scheduler/index.ts'
import { createTemplates } from './templates/index.ts'
import { createUploads, TUS_HEADERS } from './uploads/index.ts'
import { createUsage } from './usage/index.ts'
import { createUserFiles } from './user-files/index.ts'
import { type FirstAccount, userRoutes, UserStore } from './users/index.ts'
import { createWorkflows } from './workflows/index.ts'
import { createGateway, createHub } from './ws/index.ts'

const BODY_LIMIT = 1_048_576
/** After this, what still runs at the end is cut: a log that is followed never ends by itself. */
const DRAIN_MS = 1500

export interface Overrides {
  now?: () => Date
  /** Told once, at the very first start. */
  onFirstAccount?: (account: FirstAccount) => void
  /** Further routes, under the same guard. */
  extra?: Noun
}

/** The whole agent, ready to listen. Throws SettingError and FolderTaken; closing it lets go of the data folder. */
export async function buildApp(config: Config, overrides: Overrides = {}): Promise<FastifyInstance> {
  const release = takeFolder(config.data, config.socket)
  try {
    return await compose(config, overrides, release)
  } catch (error) {
    release()
    throw error
  }
}

async function compose(config: Config, overrides: Overrides, release: () => void): Promise<FastifyInstance> {
  const log = createLog(config.logLevel)
  const now = overrides.now ?? (() => new Date())
  const db = openDatabase(config.data)
  const app = createServer(config, log)
  const metrics = createMetrics(config, log)
  const audit = createAudit({ db, log, now })
  const hub = createHub(metrics)
  const helpers = config.runAs === 'sudo' ? createHelpers(config, log) : undefined
  const files = createUserFiles(config, helpers)
  const runner = createRunner(config, log, helpers)
  const agent: Agent = { config, db, log, now, audit, hub, files, runner, metrics }
  const users = new UserStore(db, config)
  metrics.gauge('user_total', 'Local accounts', () => users.count())
  if (helpers !== undefined) metrics.gauge('site_helpers', 'Helpers that run as their users now', () => helpers.size)

  const scheduler = await createScheduler(agent)
  if (helpers !== undefined && scheduler.kind === 'local') {
    throw new SettingError(
      'HEADWAY_RUN_AS',
      'must be "self" with the embedded scheduler: it runs jobs as the agent itself',
    )
  }
  const isAlone =
    config.owner !== undefined ||
    (config.env === 'production' && config.runAs === 'self' && !config.scheduler.allowMultiUser)
  if (isAlone && config.registration) {
    throw new SettingError(
      'HEADWAY_REGISTRATION',
      'must be off in production where all jobs run as the agent itself, which then serves one user',
    )
  }
  const auth = createAuth(agent, { users, soleUser: isAlone })
  const gateway = createGateway(agent, { auth, members: hub.members })
  const uploads = createUploads(agent)
  const templates = createTemplates(agent, { uploads })
  const jobs = createJobs(agent, { uploads, templates, scheduler, desktops: createDesktopJobs(config) })
  const notifications = createNotifications(agent, { jobs })
  const logs = createLogs(agent, { jobs })
  const convergence = createConvergence(agent, { jobs, notifications })
  const results = createResults(agent, { jobs, uploads })
  const workflows = createWorkflows(agent, { jobs, templates, uploads })
  const nodes = createNodes(agent, { scheduler, jobs })
  const usage = createUsage(agent, { jobs, scheduler })
  const desktops = createDesktops(agent, {
    jobs,
    templates,
    upgrades: gateway,
    // Without helpers all jobs run as the agent's own account.
    uidOf: async (user) => (helpers === undefined ? (process.getuid?.() ?? -1) : helpers.uidOf(user)),
  })
  const preflight = createPreflight(agent, { uploads, templates, jobs, scheduler, usage })
  const extra = overrides.extra === undefined ? [] : [overrides.extra]
  const nouns: Noun[] = [
    auth,
    uploads,
    templates,
    scheduler,
    createSchedulerStatus(agent, scheduler),
    // Before jobs: ended after them, when nothing more is told.
    notifications,
    usage,
    jobs,
    logs,
    convergence,
    results,
    workflows,
    desktops,
    nodes,
    preflight,
    gateway,
    metrics,
    ...extra,
  ]

  app.addHook('onClose', async () => {
    helpers?.close()
    await audit.flush()
    await db.destroy()
    release()
  })
  gateway.attach(app.server)
  await headers(app, config)
  auth.guard(app)
  const limit = createRateLimit(agent)
  app.addHook('onRequest', async (request) => limit(request))
  actOnce(app, agent)
  app.addHook('onResponse', async ({ method, routeOptions, is404, identity }, { statusCode, elapsedTime }) => {
    const endpoint = is404 ? 'none' : (routeOptions.url ?? 'none')
    metrics.observe({ method, endpoint, status: statusCode, seconds: elapsedTime / 1000 })
    log.debug(
      { method, endpoint, status: statusCode, ms: Math.round(elapsedTime), user: identity?.username },
      'answered',
    )
  })

  await describeApi(app, config)
  await app.register(healthRoutes(agent, scheduler))
  await app.register(userRoutes(agent, users))
  for (const noun of nouns) await app.register(noun.routes)

  const started: Noun[] = []
  app.addHook('onReady', async () => {
    const first = config.owner === undefined ? await users.ensureFirst() : await users.ensureOwner(config.owner)
    if (first !== undefined) overrides.onFirstAccount?.(first)
    for (const noun of nouns) {
      // One that failed half-way is ended as well.
      started.push(noun)
      await noun.start?.()
    }
  })
  // Node waits for connections that have sent nothing yet (a client's pool keeps such), and counts them among the active ones.
  const silent = new Set<Socket>()
  app.server.on('connection', (socket) => {
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
  })
  app.server.on('request', ({ socket }) => silent.delete(socket))
  app.server.on('upgrade', ({ socket }) => silent.delete(socket))
  app.addHook('preClose', async () => {
    for (const socket of silent) socket.destroy()
    const cut = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS)
    app.server.once('close', () => clearTimeout(cut))
    await gateway.close?.()
  })
  app.addHook('onClose', async () => {
    for (const noun of started.toReversed()) await noun.close?.()
  })
  return app
}

function createServer(config: Config, log: FastifyBaseLogger): FastifyInstance {
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    trustProxy: proxyList(config.trustedProxies),
    routerOptions: { maxParamLength: 4096 },
    return503OnClosing: false,
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, _request, reply) => void refuse(reply, error),
  })
  answerErrors(app)
  validateStrictly(app)
  return app
}

/** Headers on every answer, errors too; a route may say otherwise for itself. */
async function headers(app: FastifyInstance, config: Config): Promise<void> {
  app.addHook('onRequest', async ({ raw }, reply) => {
    // A proxy's other way of naming its client; believed under the same rule.
    const { 'x-forwarded-for': forwarded, 'x-real-ip': real } = raw.headers
    if (forwarded === undefined && typeof real === 'string' && isIP(real) !== 0) raw.headers['x-forwarded-for'] = real
    reply.headers({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cache-control': 'no-store',
    })
  })
  await app.register(cors, {
    origin: config.allowedOrigins.includes('*') ? '*' : allowed(config),
    exposedHeaders: [
      'X-Total-Count',
      'X-Page-Count',
      'Content-Disposition',
      'Retry-After',
      'X-Log-Start',
      ...TUS_HEADERS,
    ],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    maxAge: 3600,
  })
}

/** In development, without a list, pages of this machine. */
function allowed({ allowedOrigins, env }: Config): (string | RegExp)[] {
  if (allowedOrigins.length > 0 || env === 'production') return allowedOrigins
  return [/^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/]
}
