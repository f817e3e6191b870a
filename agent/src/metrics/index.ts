import { createServer } from 'node:http'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Config } from '../config.ts'
import type { Metrics } from '../kit/agent.ts'
import type { Noun } from '../kit/noun.ts'

/** What the dashboards in the field ask for, by name; other counters appear with their first count. */
const helps: Readonly<Record<string, string>> = {
  auth_jwt_issued_total: 'Access tokens issued',
  auth_jwt_validation_failures_total: 'Tokens refused',
  user_login_total: 'Sign-ins by result',
  ws_connections_total: 'WebSocket connections accepted since the start',
  ws_messages_sent: 'WebSocket frames sent',
  vnc_sessions_created_total: 'Desktops asked for since the start',
  vnc_sessions_failed_total: 'Desktops that did not start or died by themselves since the start',
  rate_limiter_requests_total: 'Requests that a rate limit counted',
  rate_limiter_blocked_total: 'Requests that a rate limit refused',
}
/** Shown as 0 before the first one. */
const unlabelled = Object.keys(helps).filter((name) => name !== 'user_login_total')

/** prom-client behind the port that nouns feed, and the page that Prometheus reads. */
export function createMetrics(config: Pick<Config, 'metrics'>, log: Logger): Metrics & Noun & { observe: Observe } {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const counters = new Map<string, Counter>()
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Answered requests',
    labelNames: ['method', 'endpoint', 'status'],
    registers: [registry],
  })
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer',
    labelNames: ['method', 'endpoint'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })

  const counterOf = (name: string, labelNames: string[]): Counter => {
    const known = counters.get(name)
    if (known !== undefined) return known
    const counter = new Counter({ name, help: helps[name] ?? name, labelNames, registers: [registry] })
    counters.set(name, counter)
    return counter
  }
  for (const name of unlabelled) counterOf(name, [])

  const page = async (_request: FastifyRequest, reply: FastifyReply) =>
    reply.type(registry.contentType).send(await registry.metrics())

  const routes: FastifyPluginAsync = async (app) => {
    // With an address of its own it is not on the public one as well.
    if (config.metrics !== undefined) return
    for (const url of ['/metrics', '/api/metrics']) {
      app.get(
        url,
        { config: { public: 'all' }, schema: { summary: 'Prometheus metrics', produces: ['text/plain'] } },
        page,
      )
    }
  }

  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0]
    if (request.method !== 'GET' || (path !== '/metrics' && path !== '/api/metrics')) {
      response.writeHead(404).end()
      return
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      (error: unknown) => {
        log.error({ err: error }, 'metrics could not be read')
        response.writeHead(500).end()
      },
    )
  })

  return {
    count(name, labels = {}) {
      counterOf(name, Object.keys(labels)).inc(labels)
    },

    gauge(name, help, read) {
      const collect = async () => gauge.set(await read())
      const gauge: Gauge = new Gauge({ name, help, registers: [registry], collect })
    },

    gaugeBy(name, help, label, read) {
      const collect = () => {
        gauge.reset()
        for (const [key, value] of Object.entries(read())) gauge.set({ [label]: key }, value)
      }
      const gauge: Gauge = new Gauge({ name, help, labelNames: [label], registers: [registry], collect })
    },

    observe({ method, endpoint, status, seconds }) {
      requests.inc({ method, endpoint, status: String(status) })
      durations.observe({ method, endpoint }, seconds)
    },

    routes,

    async start() {
      const at = config.metrics
      if (at === undefined) return
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(at.port, at.host, resolve)
      })
      log.info({ address: server.address() }, 'metrics listen on their own address')
    },

    async close() {
      server.closeAllConnections()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** One answered request; `endpoint` is the route's pattern, never the address itself. */
type Observe = (request: { method: string; endpoint: string; status: number; seconds: number }) => void
