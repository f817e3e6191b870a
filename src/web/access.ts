import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** The names under which this host answers; any other `Host` is a rebound name of a stranger's page. */
export const hostNames = (port: number): readonly string[] => [`127.0.0.1:${port}`, `localhost:${port}`]

/**
 * Whether a request comes from our own page. `Host` must be one of ours; `Origin` must be that very host, and may be
 * missing only where a browser sends none (reading a file by its address).
 */
export function isOwnRequest(
  request: Pick<IncomingMessage, 'headers' | 'method'>,
  port: number,
  upgrade = false,
): boolean {
  const { host, origin } = request.headers
  if (host === undefined || !hostNames(port).includes(host.toLowerCase())) return false
  if (origin !== undefined) return origin.toLowerCase() === `http://${host.toLowerCase()}`
  return !upgrade && (request.method === 'GET' || request.method === 'HEAD')
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
const secret = (): string => randomBytes(32).toString('base64url')

/** Compares without telling by its time how much was right. */
export function sameSecret(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right))
}

export type Exchange = { bearer: string } | { refused: 'wrong' | 'used' | 'too-many'; retryAfter?: number }

/** One-time tokens and the bearers they were exchanged for; in memory only, gone with the process. */
export interface Sessions {
  /** A new one-time token; an unused older one stops working. */
  mint(): string
  exchange(token: string): Exchange
  isBearer(candidate: string): boolean
}

const triesPerWindow = 10
const windowMs = 60_000

export function createSessions(now: () => number = Date.now): Sessions {
  const bearers: string[] = []
  let pending: string | undefined
  let failures: number[] = []
  return {
    mint() {
      pending = secret()
      return pending
    },
    exchange(token) {
      failures = failures.filter((at) => now() - at < windowMs)
      if (failures.length >= triesPerWindow) {
        const oldest = failures[0] ?? now()
        return { refused: 'too-many', retryAfter: Math.ceil((oldest + windowMs - now()) / 1000) }
      }
      if (pending === undefined || !sameSecret(token, pending)) {
        failures.push(now())
        return { refused: pending === undefined ? 'used' : 'wrong' }
      }
      pending = undefined
      const bearer = secret()
      bearers.push(bearer)
      return { bearer }
    },
    isBearer: (candidate) => bearers.filter((bearer) => sameSecret(candidate, bearer)).length > 0,
  }
}
