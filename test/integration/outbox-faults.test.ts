import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OutboxEntry } from '../../contract/outbox.ts'
import { type Cluster, hasCluster, sharedCluster } from '../helpers/cluster.ts'
import { until, type TestCore } from '../helpers/core.ts'
import { numbers, randomFault, startFaultProxy, type FaultProxy } from '../helpers/fault-proxy.ts'
import { isLong } from '../helpers/long.ts'
import {
  allDone,
  followOutbox,
  job,
  startOutboxCore,
  startOutboxSite,
  type OutboxSite,
} from '../helpers/outbox-site.ts'
import { picked } from '../helpers/upload-core.ts'

/** 20 runs, or 200 in the long form; every fifth on a real Slurm. `HEADWAY_SEED` runs a single one again. */
const given = process.env['HEADWAY_SEED']
const runs = isLong ? 200 : 20
const seeds = (ofSlurm: boolean): number[] =>
  given === undefined
    ? Array.from({ length: runs }, (_, index) => index + 1).filter((seed) => (seed % 5 === 0) === ofSlurm)
    : [Number(given)]

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headway-outbox-faults-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const everyDone = (entries: ReadonlyMap<string, OutboxEntry>): boolean =>
  [...entries.values()].every(({ state }) => state === 'done')

/** What a user does at a bad network's end, and what came of it. */
async function run(at: OutboxSite, seed: number, met: Map<string, number>): Promise<void> {
  const random = numbers(seed * 7919)
  const pick = (most: number): number => Math.floor(random() * most)
  const prefix = `run-${seed}-`
  const proxy = await startFaultProxy(at.url)
  const core = await startOutboxCore()
  try {
    const { id: site } = await core.signIn(proxy.url)
    await until('the connection', () => core.site(site)?.connection.state === 'connected', 20_000)
    const entries = followOutbox(core)
    const victim = await at.submit(`victim-${seed}`, 'sleep 300')
    const share = 0.3 + random() * 0.5
    proxy.plan = () => randomFault(random, share)
    proxy.cut()
    const order = await queue(core, { site, prefix, victim, pick, proxy })
    proxy.up()
    const wanted = 3 + pick(12)
    const struck = (): number => [...proxy.struck.values()].reduce((sum, count) => sum + count, 0)
    await until('the faults', () => struck() >= wanted || everyDone(entries), 4000).catch(() => undefined)
    proxy.plan = () => ({ kind: 'none' })
    // What a half-open connection holds is let go.
    proxy.cut()
    const all = await allDone(core, entries, 60_000)
    await verify(at, { seed, prefix, victim, order, all })
    for (const [kind, count] of proxy.struck) met.set(kind, (met.get(kind) ?? 0) + count)
    const lost = all.filter(({ story }) => story.some(({ what }) => what === 'answer-lost')).length
    met.set('answers lost', (met.get('answers lost') ?? 0) + lost)
  } finally {
    await core.close()
    await proxy.close()
  }
}

interface Around {
  site: string
  prefix: string
  victim: string
  pick: (most: number) => number
  proxy: FaultProxy
}

/** Queues submissions, some with a file, some after another, and between them a cancellation and a template. */
async function queue(core: TestCore, { site, prefix, victim, pick, proxy }: Around): Promise<string[]> {
  const keys: string[] = []
  const count = 3 + pick(4)
  const cancelAt = pick(count)
  for (let index = 0; index < count; index++) {
    const uploads: string[] = []
    if (pick(3) === 0) {
      const path = join(folder, `${prefix}${index}.msh`)
      writeFileSync(path, randomBytes(1 + pick(300_000)))
      const { added } = await core.rpc.call('uploads', 'add', { site, label: prefix, files: [await picked(path)] })
      uploads.push(...added.map(({ id }) => id))
    }
    const before = keys[pick(keys.length)]
    const after = before !== undefined && pick(3) === 0 ? [before] : []
    const { id } = await core.rpc.call('outbox', 'add', { site, action: job(`${prefix}${index}`, { uploads, after }) })
    keys.push(id)
    if (index === cancelAt) {
      const change = { action: 'cancel' } as const
      await core.rpc.call('outbox', 'add', { site, action: { kind: 'change', ids: [victim], change } })
      const name = `${prefix}template`
      const yaml = templateOf(name)
      const visibility = 'private' as const
      await core.rpc.call('outbox', 'add', { site, action: { kind: 'save-template', name, yaml, visibility } })
    }
    await pause(pick(120))
    const mishap = pick(6)
    if (mishap === 0) proxy.cut()
    else if (mishap === 1) proxy.down()
    else proxy.up()
  }
  return keys
}
const templateOf = (name: string): string =>
  `id: ${name}\nversion: 1\nname: { en: ${name} }\ncategory: tests\nfiles: []\nparameters: []\n` +
  'resources: { nodes: 1, tasks: 1, timeMinutes: 5 }\nscript: "true"\n'

interface Outcome {
  seed: number
  prefix: string
  victim: string
  order: readonly string[]
  all: readonly OutboxEntry[]
}

/** Intents made = jobs there are = entries done, and those that nothing kept back in the order they were made. */
async function verify(at: OutboxSite, { seed, prefix, victim, order, all }: Outcome): Promise<void> {
  const jobs = await at.jobs(prefix)
  const submissions = all.filter(({ action }) => action.kind === 'submit')
  expect(submissions.map(({ id }) => id).toSorted()).toEqual(order.toSorted())
  const made = submissions.map(({ result, title }) => [result?.jobId ?? '', title])
  expect({ seed, jobs: Object.fromEntries(jobs) }).toEqual({ seed, jobs: Object.fromEntries(made) })
  expect({ seed, count: jobs.size }).toEqual({ seed, count: order.length })
  const numberOf = new Map(submissions.map(({ id, result }) => [id, Number(result?.jobId)]))
  const plain = submissions.filter(
    ({ action }) => action.kind === 'submit' && action.uploads.length + dependencies(action).length === 0,
  )
  const ranks = plain.toSorted((a, b) => a.rank - b.rank).map(({ id }) => numberOf.get(id))
  expect({ seed, ranks }).toEqual({ seed, ranks: ranks.toSorted((a = 0, b = 0) => a - b) })
  for (const { id, action } of submissions) {
    if (action.kind !== 'submit') continue
    for (const other of dependencies(action)) expect(numberOf.get(other)).toBeLessThan(numberOf.get(id) ?? 0)
  }
  expect({ seed, templates: (await at.templates()).filter((name) => name === `${prefix}template`).length }).toEqual({
    seed,
    templates: 1,
  })
  await expect.poll(() => at.stateOf(victim), { timeout: 20_000 }).toBe('cancelled')
}
const dependencies = (action: Extract<OutboxEntry['action'], { kind: 'submit' }>): string[] =>
  (action.submission.options?.dependencies ?? []).flatMap(({ submission }) => submission ?? [])

/** How often each fault has really struck, in all runs. */
const met = new Map<string, number>()

function suite(name: string, ofSlurm: boolean): void {
  let cluster: Cluster | undefined
  let at: OutboxSite
  beforeAll(async () => {
    cluster = ofSlurm ? await sharedCluster() : undefined
    at = await startOutboxSite(cluster)
  }, 120_000)
  afterAll(async () => {
    await at.close()
    await cluster?.close()
  })
  it.for(seeds(ofSlurm))(`${name}, seed %i`, { timeout: 120_000 }, async (seed) => {
    await run(at, seed, met)
  })
}

describe('one job for each intent, whatever the network does', () => suite('with the local scheduler', false))
describe.runIf(hasCluster)('one job in Slurm for each intent, whatever the network does', () =>
  suite('with Slurm', true),
)
describe.runIf(given === undefined)('the faults of these runs', () => {
  it('were really there', () => {
    const kinds = ['cut', 'half-open', 'delay', 'reset', 'lost', 'answers lost']
    expect(kinds.filter((kind) => !met.has(kind))).toEqual([])
  })
})
