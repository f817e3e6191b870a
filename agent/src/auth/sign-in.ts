import type { Credentials, LoginAnswer } from '../../../contract/agent/auth.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { Windows } from '../kit/windows.ts'
import type { UserStore } from '../users/index.ts'
import type { Sessions } from './sessions.ts'

const WINDOW_MS = 60_000

interface Origin {
  method: string
  address: string
  userAgent: string
}

/**
 * Name and password against the local accounts. Unknown names and wrong passwords get the same answer after the same time.
 * Failure WRONG_CREDENTIALS; RATE_LIMITED after too many failures of this name from this address, right password or not.
 */
export function createSignIn(agent: Agent, users: UserStore, sessions: Sessions) {
  const { audit, metrics, config, now } = agent
  const failures = new Windows()

  return async ({ username, password }: Credentials, origin: Origin): Promise<LoginAnswer> => {
    // A name that nobody can have is not worth remembering at length.
    const name = username.normalize('NFC').slice(0, 64)
    const key = `${name.toLowerCase()} ${origin.address}`
    const at = now().getTime()
    // Counted before the slow comparison and given back on success, so that many at once are not all let through.
    const { count, end } = failures.add(key, 1, WINDOW_MS, at)
    if (config.rateLimit.enabled && count > config.limits.signInFailures) {
      const retryAfter = Math.max(1, Math.ceil((end - at) / 1000))
      metrics.count('user_login_total', { result: 'limited' })
      audit.security({ type: 'rate_limit', severity: 'medium', user: name, address: origin.address, detail: 'sign-in' })
      throw new Failure('RATE_LIMITED', `Too many failed sign-ins. Try again in ${retryAfter} s.`, { retryAfter })
    }
    let user
    try {
      user = await users.verify(username, password)
    } catch (error) {
      failures.add(key, -1, WINDOW_MS, at)
      throw error
    }
    if (user === undefined) {
      const error = 'The user name or the password is wrong.'
      metrics.count('user_login_total', { result: 'failure' })
      audit.record({ user: name, action: 'sign-in', status: 'failure', error, ...origin })
      audit.security({ type: 'failed_login', severity: 'low', user: name, address: origin.address })
      throw new Failure('WRONG_CREDENTIALS', error)
    }
    failures.add(key, -1, WINDOW_MS, at)
    const pair = await sessions.open(user)
    metrics.count('user_login_total', { result: 'success' })
    metrics.count('auth_jwt_issued_total')
    audit.record({ user: user.username, action: 'sign-in', status: 'success', ...origin })
    return { ...pair, token: pair.access_token, user }
  }
}
