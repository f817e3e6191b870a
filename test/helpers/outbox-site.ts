import { rmSync } from 'node:fs'
import type { OutboxAction, OutboxEntry } from '../../contract/outbox.ts'
import { admin, portalToken, secret, spawnAgent, temporaryFolder } from './agent.ts'
import type { Cluster } from './cluster.ts'
import { startCore, until, type TestCore } from './core.ts'

/** An agent process, asked beside the core under test what it really has. */
export interface OutboxSite {
  url: string
  /** Names of all its jobs by id, by the agent's own list or by Slurm's. */
  jobs(prefix: string): Promise<Map<string, string>>
  /** The state of one of its jobs. */
  stateOf(job: string): Promise<string>
  /** Names of its templates. */
  templates(): Promise<string[]>
  submit(name: string, command: string): Promise<string>
  close(): Promise<void>
}

interface Listed {
  jobs: { id: string; name: string; state: string }[]
}

/** With a cluster its scheduler is that Slurm, else the local one. `environment`: settings beside the usual ones. */
export async function startOutboxSite(
  cluster?: Cluster,
  environment: Record<string, string> = {},
): Promise<OutboxSite> {
  const data = temporaryFolder()
  const agent = await spawnAgent({
    HEADWAY_DATA: data,
    HEADWAY_ADMIN_PASSWORD: admin.password,
    HEADWAY_LOG_LEVEL: 'silent',
    HEADWAY_END_JOBS: '1',
    JWT_SECRET_KEY: secret,
    RATE_LIMIT_ENABLED: '0',
    ...(cluster === undefined
      ? { HEADWAY_SCHEDULER: 'local' }
      : { HEADWAY_SCHEDULER: 'slurm', SLURM_CONF: cluster.conf }),
    ...environment,
  })
  async function ask<T>(path: string, body?: unknown): Promise<T> {
    const token = await portalToken({ sub: admin.username })
    const answer = await fetch(agent.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
  return {
    url: agent.url,
    async jobs(prefix) {
      const found = new Map<string, string>()
      if (cluster === undefined) {
        const { jobs } = await ask<Listed>(`/api/v2/jobs?limit=1000&name=${prefix}`)
        for (const { id, name } of jobs) found.set(id, name)
        return found
      }
      const text = await cluster.run('squeue', ['-h', '-a', '-t', 'all', '-o', '%i|%j'])
      for (const line of text.split('\n')) {
        const [id = '', name = ''] = line.split('|')
        if (name.startsWith(prefix)) found.set(id, name)
      }
      return found
    },
    stateOf: async (job) => (await ask<{ job: Listed['jobs'][number] }>(`/api/v2/jobs/${job}`)).job.state,
    templates: async () =>
      (await ask<{ templates: { name: { en: string } }[] }>('/api/v2/templates')).templates.map(({ name }) => name.en),
    submit: async (name, command) =>
      (await ask<{ job_id: string }>('/api/jobs/submit', { name, command, nodes: 1, tasks: 1, time: 5 })).job_id,
    async close() {
      await agent.end('SIGKILL')
      rmSync(data, { recursive: true, force: true })
    },
  }
}

/** What the outbox of a core shows, kept up to date. */
export function followOutbox({ rpc }: TestCore): Map<string, OutboxEntry> {
  const entries = new Map<string, OutboxEntry>()
  rpc.subscribe(
    'outbox',
    'all',
    {},
    {
      snapshot({ items }) {
        entries.clear()
        for (const item of items) entries.set(item.id, item)
      },
      event({ put, gone }) {
        for (const item of put) entries.set(item.id, item)
        for (const id of gone) entries.delete(id)
      },
    },
  )
  return entries
}

/** Waits as short as a test of faults wants them. */
export const startOutboxCore = (options: Parameters<typeof startCore>[0] = {}): Promise<TestCore> =>
  startCore({
    times: { connectMs: 1000, answerMs: 1500 },
    outboxTimes: { backOff: { baseMs: 50, maxMs: 300 } },
    ...options,
  })

/** Waits until all are done; else it says which are not, with their story, their uploads, and what was logged last. */
export async function allDone(
  core: TestCore,
  entries: ReadonlyMap<string, OutboxEntry>,
  ms: number,
): Promise<OutboxEntry[]> {
  const open = (): OutboxEntry[] => [...entries.values()].filter(({ state }) => state !== 'done')
  await until('all to be done', () => open().length === 0, ms).catch(() => undefined)
  const left = open()
  if (left.length === 0) return [...entries.values()]
  const watched = core.watch('uploads', 'all', {})
  const uploads = await until('the uploads', () => watched.snapshots[0]?.items)
  const sites = [...new Set(left.map(({ site }) => core.site(site)?.connection))]
  const told = { left, uploads, sites, log: core.lines.slice(-40) }
  throw new Error(`not all are done: ${JSON.stringify(told, undefined, 1)}`)
}

export const job = (
  name: string,
  more: { after?: readonly string[]; uploads?: readonly string[]; command?: string } = {},
): Extract<OutboxAction, { kind: 'submit' }> => {
  const { after = [], uploads = [], command = 'true' } = more
  const dependencies = after.map((submission) => ({ type: 'afterany', submission }) as const)
  return {
    kind: 'submit',
    submission: {
      name,
      command,
      resources: { nodes: 1, tasks: 1, timeMinutes: 5, memoryMb: 50 },
      ...(dependencies.length === 0 ? {} : { options: { dependencies } }),
    },
    uploads: uploads.map((id) => ({ id })),
  }
}
