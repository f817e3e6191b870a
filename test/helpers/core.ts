import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Feature, Params, Snapshot, Stream, StreamEvent } from '../../contract/app.ts'
import type { AppErrorValue } from '../../contract/errors.ts'
import type { OutboxAction } from '../../contract/outbox.ts'
import type { Site } from '../../contract/sites.ts'
import type { Task } from '../../contract/task.ts'
import { agentTimes, type AgentTimes } from '../../src/core/agent-client/index.ts'
import { createCore, type Core, type CoreOptions } from '../../src/core/index.ts'
import type { Logger, Platform } from '../../src/core/platform.ts'
import { createClient } from '../../src/rpc/client.ts'
import { memoryPortPair } from '../../src/rpc/memory-port.ts'
import { RpcError, type RpcClient } from '../../src/rpc/types.ts'
import { admin } from './agent.ts'

/** Waits as short as a test wants them. */
export const shortTimes: AgentTimes = {
  ...agentTimes,
  pingEveryMs: 200,
  pongWithinMs: 1000,
  backOff: { baseMs: 50, maxMs: 250 },
}

export interface TestCore {
  core: Core
  rpc: RpcClient
  data: string
  secrets: Map<string, string>
  /** Every line logged, as JSON. */
  lines: string[]
  /** Follows a stream; `events` holds what came after the snapshots. */
  watch<F extends Feature, S extends Stream<F>>(feature: F, stream: S, params: Params<F, S>): Watched<F, S>
  /** Adds the site and signs in, as the first account where nobody is named. */
  signIn(url: string, who?: { username: string; password: string }): Promise<Site>
  /** Puts a job into the outbox; gives the id of the task that shows it. */
  submit(job: JobToSubmit): Promise<string>
  site(id: string): Site | undefined
  task(id: string): Task | undefined
  close(): Promise<void>
}

export interface Watched<F extends Feature, S extends Stream<F>> {
  snapshots: Snapshot<F, S>[]
  events: StreamEvent<F, S>[]
  errors: AppErrorValue[]
  end(): void
}

/** A whole core in this process, spoken to as a window would; `data` and `secrets` keep over a restart. */
export async function startCore(
  options: {
    data?: string
    secrets?: Map<string, string>
    times?: Partial<AgentTimes>
    outboxTimes?: CoreOptions['outboxTimes']
    platform?: Partial<Platform>
  } = {},
): Promise<TestCore> {
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'headway-core-')))
  const secrets = options.secrets ?? new Map<string, string>()
  const lines: string[] = []
  const line = (message: string, fields?: Record<string, unknown>): void =>
    void lines.push(JSON.stringify({ message, ...fields }))
  const log: Logger = { debug: line, info: line, warn: line, error: line }
  const core = await createCore(
    {
      version: '0.0.0',
      locale: 'en',
      capabilities: {
        localPaths: true,
        nativeDialogs: false,
        trayIcon: false,
        secretsPersist: true,
        browserDownloads: false,
      },
      paths: { data, downloads: join(data, 'downloads') },
      secrets: {
        persistent: true,
        get: (key) => Promise.resolve(secrets.get(key)),
        set: (key, value) => Promise.resolve(void secrets.set(key, value)),
        delete: (key) => Promise.resolve(void secrets.delete(key)),
      },
      openExternal: () => Promise.resolve(),
      log,
      ...options.platform,
    },
    {
      times: { ...shortTimes, ...options.times },
      ...(options.outboxTimes === undefined ? {} : { outboxTimes: options.outboxTimes }),
    },
  )
  const rpc = createClient(() => {
    const [ours, theirs] = memoryPortPair()
    core.serve(theirs)
    return ours
  })
  const sites = new Map<string, Site>()
  const tasks = new Map<string, Task>()
  rpc.subscribe('sites', 'all', {}, collect(sites))
  rpc.subscribe('tasks', 'all', {}, collect(tasks))

  return {
    core,
    rpc,
    data,
    secrets,
    lines,
    watch(feature, stream, params) {
      const watched: Watched<typeof feature, typeof stream> = {
        snapshots: [],
        events: [],
        errors: [],
        end: () => undefined,
      }
      watched.end = rpc.subscribe(feature, stream, params, {
        snapshot: (state) => watched.snapshots.push(state),
        event: (event) => watched.events.push(event),
        error: (error) => watched.errors.push(error),
      })
      return watched
    },
    async signIn(url, who = admin) {
      const { id } = await rpc.call('sites', 'add', { url })
      return rpc.call('sites', 'signIn', { site: id, ...who })
    },
    submit: (job) => submitJob(rpc, job),
    site: (id) => sites.get(id),
    task: (id) => tasks.get(id),
    async close() {
      rpc.close()
      await core.close()
      if (options.data === undefined) await rm(data, { recursive: true, force: true })
    },
  }
}

type JobToSubmit = { site: string } & Omit<Extract<OutboxAction, { kind: 'submit' }>, 'kind'>

/** Puts a job into the outbox, as the window's form does; gives the id of the task that shows it. */
export async function submitJob(rpc: RpcClient, { site, ...job }: JobToSubmit): Promise<string> {
  const { id } = await rpc.call('outbox', 'add', { site, action: { kind: 'submit', ...job } })
  return `submit:${id}`
}

/** A listener that keeps a collection as it is now. */
const collect = <T extends { id: string }>(into: Map<string, T>) => ({
  snapshot({ items }: { items: readonly T[] }) {
    into.clear()
    for (const item of items) into.set(item.id, item)
  },
  event({ put, gone }: { put: readonly T[]; gone: readonly string[] }) {
    for (const item of put) into.set(item.id, item)
    for (const id of gone) into.delete(id)
  },
})

/** Waits until the check gives something, and gives it; after `ms` it fails with what was waited for. */
export async function until<T>(what: string, check: () => T | undefined | false | null, ms = 20_000): Promise<T> {
  const deadline = Date.now() + ms
  for (;;) {
    const value = check()
    if (value !== undefined && value !== false && value !== null) return value
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** The error value that a call fails with. */
export async function failureOf(call: Promise<unknown>): Promise<AppErrorValue> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof RpcError)) throw new Error(`expected a failure, got ${String(error)}`)
  return error.value
}
