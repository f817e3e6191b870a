import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OutboxEntry } from '../../../../contract/outbox.ts'
import { dependenciesOf } from '../../../../src/core/outbox/record.ts'
import { until } from '../../../helpers/core.ts'
import { isLong } from '../../../helpers/long.ts'
import { check, commands, place, setUpload, type Model, type Real } from './commands.ts'
import { ask, entriesOf, entryOf, good, openBench } from './helpers.ts'
import { createModelSite } from './model-site.ts'

const seconds = isLong ? 600 : 15

async function begin(): Promise<{ model: Model; real: Real }> {
  const bench = await openBench()
  const site = createModelSite(bench)
  // Soon enough that looking is met often.
  bench.times = { ...bench.times, lookAfterMs: 10 }
  for (const id of ['u0', 'u1', 'u2']) setUpload(bench, id, 'uploading')
  const model: Model = { entries: new Map(), held: new Set(), deleted: new Set(), forgotten: new Set() }
  const broken: string[] = []
  bench.handedOver = (key, action) => {
    const id = key.split('.', 1)[0] ?? ''
    const { user, name } = model.entries.get(id) ?? {}
    if (model.deleted.has(id)) broken.push(`${id} was deleted and is sent`)
    if (model.held.has(id)) broken.push(`${id} is held and is sent`)
    if (user !== undefined && (bench.user.out === true || user !== bench.user.name))
      broken.push(`${id} of ${user} is sent as ${JSON.stringify(bench.user)}`)
    if (name !== undefined && action.kind === 'submit' && action.submission.name !== name)
      broken.push(`${id} is sent as ${action.submission.name}, not as ${name}`)
  }
  site.onUnmet = (key, missing) => {
    if (model.entries.has(missing)) broken.push(`${key} goes before ${missing}, on which it depends`)
  }
  return { model, real: { bench, site, outbox: bench.open(), broken } }
}

const going = ({ state, wait }: OutboxEntry): boolean =>
  // What waits for one that is held or asks goes on no sooner than that one.
  state === 'sending' || (state === 'waiting' && wait !== 'dependency')
async function atRest({ outbox }: Real): Promise<void> {
  await until('everything to be at rest', () => !entriesOf(outbox).some(going), 20_000).catch(() => undefined)
  expect(entriesOf(outbox).filter(going)).toEqual([])
}

/** What a user does with an entry that does not go by itself. */
async function goOn(model: Model, { outbox, site }: Real, id: string): Promise<void> {
  const { action, can } = entryOf(outbox, id) ?? {}
  if (action === undefined || can === undefined) return
  const ids = [id]
  // It names one that was deleted, as a copy of one that had asked about that does.
  const isLost = dependenciesOf(action).some((other) => !site.made.has(other) && !model.entries.has(other))
  model.held.delete(id)
  if (can.release) await ask.method(outbox, 'release', { ids })
  else if (can.accept) await ask.method(outbox, 'accept', { id })
  else if (can.retry && !isLost) await ask.method(outbox, 'retry', { ids })
  else if (can.retry) {
    await ask.method(outbox, 'remove', { ids })
    model.entries.delete(id)
    model.forgotten.add(id)
  }
}

/** Everything is well again: what goes by itself is sent, in its order, and the rest when the user says so. */
async function heal(model: Model, real: Real, user: string): Promise<void> {
  const { bench, site } = real
  await bench.close(real.outbox)
  bench.user = { name: user }
  bench.networks = [{ id: place, interface: 'tun0' }]
  bench.preflight = good
  bench.looking = () => Promise.resolve()
  for (const id of bench.uploads.keys()) setUpload(bench, id, 'uploaded')
  site.ahead = []
  site.cut(false)
  await until('the connection', () => bench.site.link.ready)
  // Past every rest and every hour that something waited for.
  bench.ahead += 3_600_000
  real.outbox = bench.open()
  check(model, real)
  const waiting = entriesOf(real.outbox)
    .filter((entry) => entry.state === 'waiting' && entry.action.kind === 'submit')
    .filter(({ action }) => dependenciesOf(action).length === 0)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ id }) => id)
  const before = new Set(site.made.keys())
  await atRest(real)
  check(model, real)
  const sent = [...site.made.keys()].filter((key) => !before.has(key) && waiting.includes(key))
  expect(sent).toEqual(waiting)
  for (let round = 0; round < 20; round++) {
    for (const { id } of entriesOf(real.outbox)) await goOn(model, real, id)
    await atRest(real)
    if (entriesOf(real.outbox).every(({ state }) => state === 'done')) break
  }
  check(model, real)
  for (const { id, action, state, result } of entriesOf(real.outbox)) {
    const made = [...site.made].filter(([key]) => key.split('.', 1)[0] === id)
    expect({ id, state, made: made.length }).toEqual({ id, state: 'done', made: 1 })
    if (action.kind === 'submit') expect(made).toEqual([[id, { job: result?.jobId, name: action.submission.name }]])
  }
}

describe('the outbox, whatever happens', () => {
  it(
    'does everything once, in order, under the right name, and loses nothing',
    { timeout: (seconds + 60) * 1000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.commands(commands, { maxCommands: 80, size: 'max' }), async (all) => {
          const { model, real } = await begin()
          try {
            await fc.asyncModelRun(() => ({ model, real }), all)
            for (const user of ['mia', 'jin']) await heal(model, real, user)
            const known = new Set([...model.entries.keys(), ...model.forgotten])
            expect([...real.site.made.keys()].filter((key) => !known.has(key.split('.', 1)[0] ?? ''))).toEqual([])
          } finally {
            await real.bench.end()
          }
        }),
        { numRuns: 10_000, interruptAfterTimeLimit: seconds * 1000, verbose: 0 },
      )
    },
  )
})
