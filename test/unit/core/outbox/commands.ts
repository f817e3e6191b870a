import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import * as fc from 'fast-check'
import { expect } from 'vitest'
import type { OutboxAction, OutboxEntry, OutboxWhen } from '../../../../contract/outbox.ts'
import type { Check } from '../../../../contract/preflight.ts'
import type { Upload } from '../../../../contract/uploads.ts'
import type { Outbox } from '../../../../src/core/outbox/index.ts'
import { AppError } from '../../../../src/core/kit/app-error.ts'
import { dependenciesOf } from '../../../../src/core/outbox/record.ts'
import { ask, entriesOf, entryOf, good, submission, type OutboxBench } from './helpers.ts'
import { troubles, type ModelSite, type Trouble } from './model-site.ts'

/** What must hold, kept beside the outbox. */
export interface Model {
  /** In the order they were added. */
  entries: Map<string, { user: string; name: string; kind: OutboxAction['kind'] }>
  held: Set<string>
  /** Deleted before they were sent. */
  deleted: Set<string>
  /** Taken off the list after their end. */
  forgotten: Set<string>
}
export interface Real {
  bench: OutboxBench
  site: ModelSite
  outbox: Outbox
  /** What was broken, in words. */
  broken: string[]
}
export type Command = fc.AsyncCommand<Model, Real>

export const place = '10.1.0.0/16'
const uploadIds = ['u0', 'u1', 'u2']
export function setUpload(bench: OutboxBench, id: string, state: Upload['state']): void {
  const time = '2026-11-29T08:00:00.000Z'
  const found = state === 'uploaded' ? { agentUploadId: `at-${id}` } : {}
  const fixed = {
    site: 's',
    label: 'l',
    name: id,
    folder: '',
    size: 1,
    class: 'mesh',
    sent: 0,
    bytesPerSecond: 0,
    reused: 0,
    crossed: 0,
  } as const
  bench.uploads.set(id, { id, ...fixed, state, createdAt: time, updatedAt: time, ...found })
  bench.uploadsChanged()
}

const own = (model: Model, { bench }: Real): string[] =>
  [...model.entries].flatMap(([id, { user }]) => (user === bench.user.name ? [id] : []))
/** The list is as the model says, and nothing was broken meanwhile. */
export function check(model: Model, real: Real): void {
  expect(real.broken).toEqual([])
  const seen = entriesOf(real.outbox)
  expect(seen.map(({ id }) => id).toSorted()).toEqual(own(model, real).toSorted())
  for (const { id, action } of seen) {
    const { kind, name } = model.entries.get(id) ?? {}
    expect(action.kind).toBe(kind)
    if (action.kind === 'submit') expect(action.submission.name).toBe(name)
  }
}

function command(name: string, run: (model: Model, real: Real) => Promise<void> | void): Command {
  return {
    check: () => true,
    async run(model, real) {
      await run(model, real)
      check(model, real)
    },
    toString: () => name,
  }
}
/** Does something with one of the user's entries, where there is any. */
function onEntry(
  name: string,
  which: number,
  run: (model: Model, real: Real, entry: OutboxEntry) => Promise<void>,
): Command {
  return command(`${name}(${which})`, async (model, real) => {
    const ids = own(model, real)
    const entry = entryOf(real.outbox, ids[which % Math.max(1, ids.length)] ?? '')
    if (entry !== undefined) await run(model, real, entry)
  })
}
/** The call does what the list offers, and nothing else. Gives whether it did. */
async function offered(call: Promise<unknown>, can: boolean): Promise<boolean> {
  const failure = await call.then(
    () => undefined,
    (error: unknown) => (error instanceof AppError ? error.value.code : String(error)),
  )
  expect(failure).toBe(can ? undefined : 'CONFLICT')
  return failure === undefined
}

interface Wanted {
  after?: number | undefined
  upload?: string | undefined
  when: OutboxWhen
  held: boolean
  cancel: boolean
}
let names = 0
const add = (wanted: Wanted): Command =>
  command(`add(${JSON.stringify(wanted)})`, async (model, real) => {
    const { after, upload, when, held, cancel } = wanted
    const ids = own(model, real).filter((id) => model.entries.get(id)?.kind === 'submit')
    const before = after === undefined ? undefined : ids[after % Math.max(1, ids.length)]
    const name = `job-${++names}`
    const action: OutboxAction = cancel
      ? { kind: 'change', ids: ['7'], change: { action: 'cancel' } }
      : submission(name, { uploads: upload === undefined ? [] : [{ id: upload }] })
    if (action.kind === 'submit' && before !== undefined)
      action.submission.options = { dependencies: [{ type: 'afterany', submission: before }] }
    const { notBefore, ...others } = when
    const time =
      notBefore === undefined ? {} : { notBefore: new Date(Date.now() + real.bench.ahead + 5000).toISOString() }
    const entry = await ask.add(real.outbox, action, { when: { ...others, ...time }, held })
    model.entries.set(entry.id, { user: real.bench.user.name ?? '', name, kind: action.kind })
    if (held) model.held.add(entry.id)
  })
const edit = (which: number): Command =>
  onEntry('edit', which, async (model, { outbox }, { id, action, can }) => {
    const name = `job-${++names}`
    const next = action.kind === 'submit' ? { ...action, submission: { ...action.submission, name } } : action
    const known = model.entries.get(id)
    if ((await offered(ask.method(outbox, 'edit', { id, action: next }), can.edit)) && known !== undefined)
      known.name = name
  })
const hold = (which: number): Command =>
  onEntry('hold', which, async (model, { outbox }, { id, can }) => {
    if (await offered(ask.method(outbox, 'hold', { ids: [id] }), can.hold)) model.held.add(id)
  })
const release = (which: number): Command =>
  onEntry('release', which, async (model, { outbox }, { id, can }) => {
    model.held.delete(id)
    await offered(ask.method(outbox, 'release', { ids: [id] }), can.release)
  })
const remove = (which: number): Command =>
  onEntry('remove', which, async (model, { outbox }, { id, can, state }) => {
    if (!(await offered(ask.method(outbox, 'remove', { ids: [id] }), can.remove))) return
    model.entries.delete(id)
    model.held.delete(id)
    // What failed in doubt may have been done.
    ;(state === 'done' || state === 'failed' ? model.forgotten : model.deleted).add(id)
    // What was to follow it asks the user, held or not.
    const followers = entriesOf(outbox).filter(({ action }) => dependenciesOf(action).includes(id))
    for (const { id: other, state: now } of state === 'done' ? [] : followers) {
      if (now === 'sending' || now === 'failed' || now === 'done') continue
      expect(now).toBe('needs-you')
      model.held.delete(other)
    }
  })
const retry = (which: number): Command =>
  onEntry('retry', which, async (_model, { outbox }, { id, can }) => {
    await offered(ask.method(outbox, 'retry', { ids: [id] }), can.retry)
  })
const accept = (which: number): Command =>
  onEntry('accept', which, async (_model, { outbox }, { id, can }) => {
    await offered(ask.method(outbox, 'accept', { id }), can.accept)
  })
const duplicate = (which: number): Command =>
  onEntry('duplicate', which, async (model, { outbox }, { id }) => {
    const known = model.entries.get(id)
    const copy = await ask.method(outbox, 'duplicate', { id })
    if (!('id' in copy) || known === undefined) throw new Error('no copy')
    model.entries.set(copy.id, { ...known })
    model.held.add(copy.id)
  })
const move = (which: number, before: number | undefined): Command =>
  onEntry(`move before ${before}`, which, async (model, real, { id, can }) => {
    const others = own(model, real).filter((other) => other !== id)
    const to = before === undefined ? undefined : others[before % Math.max(1, others.length)]
    const input = to === undefined ? { id } : { id, before: to }
    if (!(await offered(ask.method(real.outbox, 'move', input), can.move)) || to === undefined) return
    const order = entriesOf(real.outbox)
      .toSorted((a, b) => a.rank - b.rank)
      .map((entry) => entry.id)
    expect(order.indexOf(id)).toBe(order.indexOf(to) - 1)
  })

/** Everything of this process is gone at once; the disk is as it was. `copied`: even what a close would still write. */
const crash = (copied: boolean): Command =>
  command(copied ? 'kill' : 'restart', async (_model, real) => {
    const { bench } = real
    const kept = join(bench.folder, '..', `kept-${process.pid}-${++names}`)
    if (copied) cpSync(bench.folder, kept, { recursive: true })
    await bench.close(real.outbox)
    if (copied) {
      rmSync(bench.folder, { recursive: true, force: true })
      cpSync(kept, bench.folder, { recursive: true })
      rmSync(kept, { recursive: true, force: true })
    }
    real.outbox = bench.open()
  })
const signIn = (name: string, out: boolean): Command =>
  command(out ? 'sign out' : `sign in as ${name}`, (_model, { bench }) => {
    bench.user = out ? { name: bench.user.name, out } : { name }
    bench.userChanged()
  })
const isIn = (there: boolean): Command =>
  command(there ? 'in the network' : 'in no network', (_model, { bench }) => {
    bench.networks = there ? [{ id: place, interface: 'tun0' }] : []
    bench.networksChanged()
  })
const cut = (away: boolean): Command =>
  command(away ? 'cut' : 'mend', (_model, { site }) => {
    site.cut(away)
  })
const trouble = (kinds: Trouble[]): Command =>
  command(`trouble(${kinds.join('; ')})`, (_model, { site }) => {
    site.ahead.push(...kinds)
  })
const uploadIs = (id: string, state: Upload['state']): Command =>
  command(`${id} ${state}`, (_model, { bench }) => setUpload(bench, id, state))
const checksFail = (failing: boolean): Command =>
  command(failing ? 'checks fail' : 'checks pass', (_model, { bench }) => {
    const check: Check = { code: 'partition-unknown', level: 'error', data: { partition: 'p', known: [] }, next: [] }
    bench.preflight = failing ? { ...good, checks: [check] } : good
  })
const later = (ms: number): Command =>
  command(`${ms} ms later`, (_model, { bench }) => {
    bench.ahead += ms
    bench.userChanged()
  })
/** How long it takes to look at what has changed before something is sent. */
const looking = (ms: number): Command =>
  command(`looking takes ${ms} ms`, (_model, { bench }) => {
    bench.looking = () => pause(ms)
  })
const meanwhile = (ms: number): Command => command(`meanwhile(${ms})`, () => pause(ms))

const which = fc.nat({ max: 20 })
const wanted = fc.record({
  after: fc.option(which, { nil: undefined, freq: 2 }),
  upload: fc.oneof(
    { weight: 5, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...uploadIds) },
  ),
  when: fc.oneof(
    { weight: 6, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.constantFrom({ network: place }, { notBefore: 'soon' }) },
  ),
  held: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  cancel: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
})

/** Everything that users, networks, agents and crashes do to an outbox. */
export const commands: fc.Arbitrary<Command>[] = [
  wanted.map(add),
  wanted.map(add),
  wanted.map(add),
  which.map(edit),
  which.map(hold),
  which.map(release),
  which.map(remove),
  which.map(retry),
  which.map(accept),
  which.map(duplicate),
  fc.tuple(which, fc.option(which, { nil: undefined })).map(([id, before]) => move(id, before)),
  fc.boolean().map(crash),
  fc.tuple(fc.constantFrom('jin', 'mia'), fc.boolean()).map(([name, out]) => signIn(name, out)),
  fc.boolean().map(isIn),
  fc.boolean().map(cut),
  fc.array(fc.constantFrom(...troubles), { minLength: 1, maxLength: 6 }).map(trouble),
  fc.constantFrom(...troubles).map((kind) => trouble(Array.from({ length: 5 }, () => kind))),
  fc
    .tuple(
      fc.constantFrom(...uploadIds),
      fc.constantFrom<Upload['state'][]>('uploading', 'failed', 'uploaded', 'uploaded'),
    )
    .map(([id, state]) => uploadIs(id, state)),
  fc.boolean().map(checksFail),
  fc.constantFrom(500, 5000, 40_000).map(later),
  fc.constantFrom(0, 5, 20).map(looking),
  fc.integer({ min: 0, max: 40 }).map(meanwhile),
  fc.integer({ min: 0, max: 40 }).map(meanwhile),
]
