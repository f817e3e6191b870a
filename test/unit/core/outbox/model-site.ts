import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SubmitRequest } from '../../../../contract/agent/jobs.ts'
import { sendJson } from '../helpers/small-agent.ts'
import { refusal, type OutboxBench } from './helpers.ts'

/** What may happen to a request. Those that begin with `done` are carried out first. */
export const troubles = [
  'dropped',
  'done, answer lost',
  'limited',
  'scheduler away',
  'done, scheduler away',
  'fault',
  'done, fault',
  'refused',
  'conflict',
  'slow',
] as const
export type Trouble = (typeof troubles)[number]

/** An agent that does each key once, as the real one, and remembers what it did in which order. */
export interface ModelSite {
  /** What happens to the next requests; afterwards all is well. */
  ahead: Trouble[]
  away: boolean
  /** By key: what it made, in order. */
  made: Map<string, { job: string; name: string }>
  /** Called before something is made that depends on what is not there. */
  onUnmet: (key: string, missing: string) => void
  /** Its connections break, and new ones as well, or it is back. */
  cut(away: boolean): void
}

export function createModelSite(bench: OutboxBench): ModelSite {
  const site: ModelSite = {
    ahead: [],
    away: false,
    made: new Map(),
    onUnmet: () => undefined,
    cut(away) {
      site.away = away
      if (away) for (const socket of bench.agent.sockets) socket.terminate()
    },
  }
  bench.agent.onSocket = (socket) => {
    if (site.away) socket.terminate()
  }

  function answer(
    response: ServerResponse,
    asked: { key: string; name: string; after: string[]; body: (job: string) => unknown },
  ): void {
    const { key, name, after, body } = asked
    if (site.away) return void response.destroy()
    const trouble = site.ahead.shift()
    const give = (): void => {
      const job = site.made.get(key)?.job
      if (job !== undefined) sendJson(response, body(job), 201)
      else refusal('VALIDATION_FAILED', 400)(response)
    }
    const make = (): void => {
      if (site.made.has(key)) return
      const missing = after.filter((other) => !site.made.has(other))
      for (const other of missing) site.onUnmet(key, other)
      if (missing.length === 0) site.made.set(key, { job: String(site.made.size + 1), name })
    }
    const refuse = (code: string, status: number, after?: string): void =>
      refusal(code, status, {}, after === undefined ? {} : { 'retry-after': after })(response)
    const known = site.made.has(key)
    if (trouble === undefined || trouble === 'slow' || trouble.startsWith('done')) make()
    switch (trouble) {
      case 'dropped':
      case 'done, answer lost':
        return void response.destroy()
      case 'limited':
        return refuse('RATE_LIMITED', 429, '1')
      case 'scheduler away':
      case 'done, scheduler away':
        return refuse('SCHEDULER_UNAVAILABLE', 503, '1')
      case 'fault':
      case 'done, fault':
        return refuse('INTERNAL', 500)
      case 'refused':
        return known ? give() : refuse('PARAMETER_INVALID', 400)
      case 'conflict':
        return known ? give() : refuse('CONFLICT', 409)
      case 'slow':
        return void setTimeout(give, 15)
      default:
        return give()
    }
  }
  bench.agent.routes.set('POST /api/jobs/submit', (_request, response, body) => {
    const { idempotency_key: key = '', name, options } = JSON.parse(body) as SubmitRequest
    const after = (options?.dependencies ?? []).flatMap(({ submission }) => submission ?? [])
    answer(response, { key, name, after, body: (id) => ({ job_id: id, job: { id, name } }) })
  })
  bench.agent.routes.set('POST /api/v2/jobs/change', (request: IncomingMessage, response) => {
    const key = String(request.headers['idempotency-key'])
    answer(response, { key, name: '', after: [], body: () => ({ results: [] }) })
  })
  return site
}
