import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Selection } from '../../../contract/results.ts'
import type { Agents } from '../agent-client/index.ts'
import { appError } from '../kit/app-error.ts'
import { localName } from './local-file.ts'
import { filePath } from './routes.ts'
import { localTree } from './save-tree.ts'
import { leftOutName, leftOutText, selectedFiles } from './select.ts'
import { zipOf, type ZipEntry } from './zip.ts'

/** A result on its way to a page; `size` in bytes, where known beforehand. */
export interface Download {
  name: string
  size?: number
  body: Readable
}

/** One file, or several as a zip called `name`. */
export type Wanted = { path: string } | { selection: Selection; name: string }

export interface Tickets {
  /** Stands for one fetch within a minute. */
  give(site: string, job: string, wanted: Wanted): string
  /** Rejects with NOT_FOUND for a ticket that was used, ran out or never was; else as the agent does. */
  take(ticket: string): Promise<Download>
}

const lifeMs = 60_000

export function createTickets(agents: Agents, now: () => number = () => Date.now()): Tickets {
  const given = new Map<string, { site: string; job: string; wanted: Wanted; until: number }>()

  async function file(site: string, job: string, path: string, signal: AbortSignal) {
    const { body, headers } = await agents.client(site).stream(filePath(job, path), { signal })
    const size = headers['content-length']
    return { body, ...(size === undefined ? {} : { size: Number(size) }) }
  }

  async function archive(site: string, job: string, { selection, name }: Extract<Wanted, { name: string }>) {
    const { signal } = new AbortController()
    const { files, left } = await selectedFiles(agents.client(site), job, selection, signal)
    const places = localTree(files.map(({ path }) => path))
    const entries: ZipEntry[] = files.map(({ path, size: listed, modifiedAt }) => ({
      name: (places.get(path) ?? localName(path)).replaceAll('\\', '/'),
      modified: new Date(modifiedAt),
      async open() {
        const { size = listed, body: bytes } = await file(site, job, path, signal)
        return { size, body: bytes as AsyncIterable<Buffer> }
      },
    }))
    if (left.length > 0) {
      const text = leftOutText(left)
      const open = () => Promise.resolve({ size: text.length, body: Readable.from([text]) as AsyncIterable<Buffer> })
      entries.push({ name: leftOutName, modified: new Date(now()), open })
    }
    const body = zipOf(entries)
    return { name: `${localName(name)}.zip`, body }
  }

  return {
    give(site, job, wanted) {
      agents.client(site)
      for (const [ticket, { until }] of given) if (until < now()) given.delete(ticket)
      const ticket = randomBytes(32).toString('base64url')
      given.set(ticket, { site, job, wanted, until: now() + lifeMs })
      return ticket
    },
    async take(ticket) {
      const found = given.get(ticket)
      given.delete(ticket)
      if (found === undefined || found.until < now()) {
        throw appError('NOT_FOUND', { what: 'file', id: 'ticket' }, 'This download ran out or was fetched already.')
      }
      const { site, job, wanted } = found
      if ('selection' in wanted) return archive(site, job, wanted)
      const { signal } = new AbortController()
      return { name: localName(wanted.path), ...(await file(site, job, wanted.path, signal)) }
    },
  }
}
