import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { Agents } from '../agent-client/index.ts'
import { appError } from '../kit/app-error.ts'
import { localName } from './local-file.ts'
import { filePath } from './routes.ts'

/** A result file on its way to a page; `size` in bytes, where known beforehand. */
export interface Download {
  name: string
  size?: number
  body: Readable
}

export interface Tickets {
  /** Stands for one fetch of one file within a minute. */
  give(site: string, job: string, path: string): string
  /** Rejects with NOT_FOUND for a ticket that was used, ran out or never was; else as the agent does. */
  take(ticket: string): Promise<Download>
}

const lifeMs = 60_000

export function createTickets(agents: Agents, now: () => number = () => Date.now()): Tickets {
  const given = new Map<string, { site: string; job: string; path: string; until: number }>()
  return {
    give(site, job, path) {
      agents.client(site)
      for (const [ticket, { until }] of given) if (until < now()) given.delete(ticket)
      const ticket = randomBytes(32).toString('base64url')
      given.set(ticket, { site, job, path, until: now() + lifeMs })
      return ticket
    },
    async take(ticket) {
      const found = given.get(ticket)
      given.delete(ticket)
      if (found === undefined || found.until < now()) {
        throw appError('NOT_FOUND', { what: 'file', id: 'ticket' }, 'This download ran out or was fetched already.')
      }
      const { site, job, path } = found
      const { signal } = new AbortController()
      const { body, headers } = await agents.client(site).stream(filePath(job, path), { signal })
      const size = headers['content-length']
      return { name: localName(path), body, ...(size === undefined ? {} : { size: Number(size) }) }
    },
  }
}
