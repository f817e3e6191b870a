import type { FastifyRequest } from 'fastify'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { addressOf } from '../kit/http.ts'
import { Windows } from '../kit/windows.ts'

const MAX_REMEMBERED = 100_000

/**
 * The limits that routes state (`config.limit`), or the settings say instead: fixed windows for each user and route, for
 * each address where nobody is signed in. Runs after identity and permission. Failure RATE_LIMITED.
 */
export function createRateLimit(agent: Agent): (request: FastifyRequest) => void {
  const { config, metrics, audit, now } = agent
  const windows = new Windows()
  const users = new Set<string>()
  metrics.gauge('rate_limiter_unique_users', 'Users counted since the start', () => users.size)
  metrics.gauge('rate_limiter_active_users', 'Users with an open window', () => {
    const active = windows.keys(now().getTime()).map((key) => key.slice(0, key.indexOf(' ')))
    return new Set(active).size
  })

  return (request) => {
    const { url = '', method, config: route } = request.routeOptions
    const name = `${String(method)} ${url}`
    const limit = config.rateLimit.routes[name] ?? route.limit
    if (limit === undefined || !config.rateLimit.enabled) return
    const user = request.identity?.username
    const address = addressOf(request)
    metrics.count('rate_limiter_requests_total')
    if (user !== undefined && users.size < MAX_REMEMBERED) users.add(user)
    const at = now().getTime()
    const who = user === undefined ? `address:${address}` : `user:${user}`
    const { count, end } = windows.add(`${who} ${name}`, 1, limit.windowSeconds * 1000, at)
    if (count <= limit.max) return
    metrics.count('rate_limiter_blocked_total')
    const about = user === undefined ? { address } : { user, address }
    audit.security({ type: 'rate_limit', severity: 'low', ...about, detail: name })
    throw new Failure('RATE_LIMITED', 'Too many requests. Try again later.', {
      retryAfter: Math.max(1, Math.ceil((end - at) / 1000)),
    })
  }
}
