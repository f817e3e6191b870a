import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServerResponse } from 'node:http'
import type { SubmitRequest } from '../../../../contract/agent/jobs.ts'
import type { OutboxAction, OutboxEntry, OutboxWhen } from '../../../../contract/outbox.ts'
import type { Preflight } from '../../../../contract/preflight.ts'
import type { Site } from '../../../../contract/sites.ts'
import type { Template } from '../../../../contract/templates.ts'
import type { Upload } from '../../../../contract/uploads.ts'
import type { SiteAgent } from '../../../../src/core/agent-client/index.ts'
import { jobDeliveries } from '../../../../src/core/jobs/deliveries.ts'
import { createEmitter } from '../../../../src/core/kit/emitter.ts'
import { createOutbox, type Deliveries, type Outbox, type OutboxTimes } from '../../../../src/core/outbox/index.ts'
import { folderDeliveries } from '../../../../src/core/results/deliveries.ts'
import { templateDeliveries } from '../../../../src/core/templates/deliveries.ts'
import { until } from '../../../helpers/core.ts'
import { agentsOf, signedIn, silent } from '../helpers/signed-in.ts'
import { sendJson, startSmallAgent, type SmallAgent } from '../helpers/small-agent.ts'

/** An outbox with everything around it in a test's hands, and a small agent at the other end. */
export interface OutboxBench {
  agent: SmallAgent
  site: SiteAgent
  folder: string
  /** What was submitted, in order. */
  requests: SubmitRequest[]
  /** How the next submissions are answered; absent: with a job. */
  answers: ((response: ServerResponse) => void)[]
  uploads: Map<string, Upload>
  uploadsChanged(): void
  networks: { id: string; interface: string }[]
  networksChanged(): void
  template: Template | undefined
  preflight: Preflight
  /** `out`: the last one, who is not signed in any more. */
  user: { name: string | undefined; out?: boolean }
  userChanged(): void
  /** Milliseconds that this machine's clock is ahead. */
  ahead: number
  times: Partial<OutboxTimes>
  /** Asked for before anything is sent that has waited. */
  looking: () => Promise<void>
  /** Called the moment an action is handed over. */
  handedOver: (key: string, action: OutboxAction) => void
  jobs: string[]
  open(): Outbox
  close(outbox: Outbox): Promise<void>
  end(): Promise<void>
}

const nothing = (): void => undefined
export const good: Preflight = { checks: [], start: { state: 'unknown' }, at: '2026-11-29T08:00:00.000Z' }

export async function openBench(): Promise<OutboxBench> {
  const folder = await mkdtemp(join(tmpdir(), 'headway-outbox-'))
  const agent = await startSmallAgent()
  const site = await signedIn(agent.url)
  const uploadStates = createEmitter<[]>()
  const moved = createEmitter<['changed']>()
  const users = createEmitter<[string, Site | undefined]>()
  const opened = new Set<Outbox>()
  const watched = ({ submit, change, ...others }: Deliveries): Deliveries => ({
    ...others,
    submit(request) {
      bench.handedOver(request.key, request.action)
      return submit(request)
    },
    change(request) {
      bench.handedOver(request.key, request.action)
      return change(request)
    },
  })
  const agents = agentsOf(site)
  const bench: OutboxBench = {
    agent,
    site,
    folder,
    requests: [],
    answers: [],
    uploads: new Map(),
    uploadsChanged: () => uploadStates.emit(),
    networks: [],
    networksChanged: () => moved.emit('changed'),
    template: undefined,
    preflight: good,
    user: { name: 'jin' },
    userChanged: () => users.emit('s', undefined),
    ahead: 0,
    times: { backOff: { baseMs: 20, maxMs: 100 } },
    looking: () => Promise.resolve(),
    handedOver: nothing,
    jobs: [],
    open() {
      const shown = (id: string): Site => ({
        id,
        name: 'here',
        url: agent.url,
        connection: site.connection,
        ...(bench.user.name === undefined || bench.user.out === true
          ? {}
          : { user: { username: bench.user.name, email: '', groups: [], permissions: [] } }),
      })
      const outbox = createOutbox({
        folder,
        sites: {
          site: shown,
          userOf: () => bench.user.name,
          agents,
          onChange: (listener) => {
            const ends = [site.onConnection(() => listener('s', undefined)), users.on(listener)]
            return () => ends.forEach((end) => end())
          },
        },
        uploads: { find: (id) => bench.uploads.get(id), onState: (listener) => uploadStates.on(listener) },
        networks: { current: () => bench.networks, onChange: (listener) => moved.on(listener), close: nothing },
        deliveries: watched({
          ...jobDeliveries(agents, (_site, job) => bench.jobs.push(job.id)),
          ...templateDeliveries(agents, nothing),
          ...folderDeliveries(agents),
        }),
        questions: {
          template: () => Promise.resolve(bench.template),
          async preflight() {
            await bench.looking()
            await site.client.get('/health')
            return bench.preflight
          },
          probe: () => site.client.get('/health'),
        },
        now: () => Date.now() + bench.ahead,
        seenTemplate: () => bench.template,
        log: silent,
        times: bench.times,
      })
      opened.add(outbox)
      outbox.start()
      return outbox
    },
    async close(outbox) {
      if (opened.delete(outbox)) await outbox.close()
    },
    async end() {
      for (const outbox of opened) await bench.close(outbox)
      site.close()
      await agent.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  agent.routes.set('POST /api/jobs/submit', (_request, response, body) => {
    const request = JSON.parse(body) as SubmitRequest
    bench.requests.push(request)
    const answer = bench.answers.shift()
    const id = String(bench.requests.length)
    if (answer === undefined) sendJson(response, { job_id: id, job: { id, name: request.name } }, 201)
    else answer(response)
  })
  return bench
}

const context = (id: string) => ({ id, signal: new AbortController().signal })
let calls = 0

/** Calls a method as a window would. */
export const ask = {
  add: async (
    outbox: Outbox,
    action: OutboxAction,
    more: { when?: OutboxWhen; held?: boolean; change?: string } = {},
  ) => {
    const { change = `call-${++calls}`, ...rest } = more
    return outbox.handlers.methods.add({ site: 's', action, ...rest }, context(change))
  },
  method: async <M extends Exclude<keyof Outbox['handlers']['methods'], 'add'>>(
    outbox: Outbox,
    method: M,
    input: Parameters<Outbox['handlers']['methods'][M]>[0],
  ) => {
    const call = outbox.handlers.methods[method] as (
      input: Parameters<Outbox['handlers']['methods'][M]>[0],
      context: { id: string; signal: AbortSignal },
    ) => ReturnType<Outbox['handlers']['methods'][M]>
    return call(input, context(`call-${++calls}`))
  },
}

/** All entries as a window that opens now sees them. */
export function entriesOf(outbox: Outbox): OutboxEntry[] {
  let seen: OutboxEntry[] = []
  const end = outbox.handlers.streams.all(
    {},
    { snapshot: ({ items }) => void (seen = items), event: nothing, fail: nothing },
  )
  end()
  return seen
}
export const entryOf = (outbox: Outbox, id: string): OutboxEntry | undefined =>
  entriesOf(outbox).find((entry) => entry.id === id)

/** Waits until the entry is in one of these states. */
export const inState = (outbox: Outbox, id: string, ...states: OutboxEntry['state'][]): Promise<OutboxEntry> =>
  until(`${id} to be ${states.join(' or ')}`, () => {
    const entry = entryOf(outbox, id)
    return entry !== undefined && states.includes(entry.state) ? entry : undefined
  })

export const submission = (
  name: string,
  more: Partial<Extract<OutboxAction, { kind: 'submit' }>> = {},
): OutboxAction => ({
  kind: 'submit',
  submission: { name, command: 'hostname', resources: { nodes: 1, tasks: 1, timeMinutes: 5 } },
  uploads: [],
  ...more,
})

/** An answer of the agent's that is no success. */
export const refusal =
  (code: string, status: number, more: object = {}, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void =>
    sendJson(response, { error: 'No.', code, ...more }, status, headers)
