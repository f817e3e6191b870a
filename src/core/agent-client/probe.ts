import { Value } from 'typebox/value'
import { Health, PROTOCOL_VERSION } from '../../../contract/agent/version.ts'
import { appError } from '../kit/app-error.ts'
import { createHttp, type Timeouts } from './http.ts'
import { directTransport } from './transport.ts'

/** Asks what answers at an address. Rejects with OFFLINE (nothing does) or NOT_AN_AGENT, saying what is there instead. */
export async function probe(url: string, timeouts: Timeouts, signal: AbortSignal): Promise<void> {
  const transport = directTransport(url)
  try {
    const http = createHttp(transport, new URL(url).host, timeouts, () => undefined)
    const answer = await http.ask({ method: 'GET', path: '/health', signal })
    const reason = answer.status === 200 ? strangeness(answer.body) : `it answers with status ${answer.status}`
    if (reason !== undefined) throw appError('NOT_AN_AGENT', { url, reason }, `${url} is no Headway agent: ${reason}.`)
  } finally {
    transport.close()
  }
}

function strangeness(body: string): string | undefined {
  let health: unknown
  try {
    health = JSON.parse(body)
  } catch {
    return 'its answer is not a Headway agent’s'
  }
  if (!Value.Check(Health, health)) return 'its answer is not a Headway agent’s'
  if (health.protocol === PROTOCOL_VERSION) return undefined
  const newer = health.protocol > PROTOCOL_VERSION ? 'update this app' : 'the agent needs an update'
  return `it speaks protocol ${health.protocol}, this app ${PROTOCOL_VERSION}: ${newer}`
}
