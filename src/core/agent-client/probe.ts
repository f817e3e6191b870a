import { Value } from 'typebox/value'
import { Health, PROTOCOL_VERSION } from '../../../contract/agent/version.ts'
import { appError } from '../kit/app-error.ts'
import { createHttp, type Http, type Timeouts } from './http.ts'
import { checkHttpsOptions } from './https/proxies.ts'
import type { WayOptions } from './https/way.ts'
import { directTransport } from './transport.ts'

/**
 * Asks what answers at an address. Rejects with OFFLINE (nothing does) or NOT_AN_AGENT, saying what is there instead; with
 * TLS_FAILED or PROXY_FAILED where the way there is closed, BAD_INPUT for options that cannot be meant.
 */
export async function probe(
  url: string,
  timeouts: Timeouts,
  signal: AbortSignal,
  options?: WayOptions,
): Promise<Health> {
  if (options !== undefined) checkHttpsOptions(options)
  const transport = directTransport(url, options)
  try {
    return await askHealth(
      createHttp(transport, new URL(url).host, timeouts, () => undefined),
      url,
      signal,
    )
  } finally {
    transport.close()
  }
}

/** The same of a way that is there already. */
export async function askHealth(http: Http, url: string, signal: AbortSignal): Promise<Health> {
  const answer = await http.ask({ method: 'GET', path: '/health', signal })
  const health = answer.status === 200 ? parse(answer.body) : undefined
  const reason = strangeness(answer.status, health)
  if (health !== undefined && reason === undefined) return health
  const found = reason ?? 'its answer is not understood'
  throw appError('NOT_AN_AGENT', { url, reason: found }, `${url} is no Headway agent: ${found}.`)
}

function parse(body: string): Health | undefined {
  try {
    const health: unknown = JSON.parse(body)
    return Value.Check(Health, health) ? health : undefined
  } catch {
    return undefined
  }
}

function strangeness(status: number, health: Health | undefined): string | undefined {
  if (status !== 200) return `it answers with status ${status}`
  if (health === undefined) return 'its answer is not a Headway agent’s'
  if (health.protocol === PROTOCOL_VERSION) return undefined
  const newer = health.protocol > PROTOCOL_VERSION ? 'update this app' : 'the agent needs an update'
  return `it speaks protocol ${health.protocol}, this app ${PROTOCOL_VERSION}: ${newer}`
}
