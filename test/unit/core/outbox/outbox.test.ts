import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Upload } from '../../../../contract/uploads.ts'
import { until } from '../../../helpers/core.ts'
import { ask, entriesOf, entryOf, inState, openBench, refusal, submission, type OutboxBench } from './helpers.ts'

let bench: OutboxBench
beforeEach(async () => {
  bench = await openBench()
})
afterEach(() => bench.end())

const names = () => bench.requests.map(({ name }) => name)
const keys = () => new Set(bench.requests.map(({ idempotency_key }) => idempotency_key))
const upload = (id: string, state: Upload['state'], more: Partial<Upload> = {}): Upload => ({
  id,
  site: 's',
  label: 'l',
  name: `${id}.msh`,
  folder: '',
  size: 10,
  class: 'mesh',
  state,
  sent: 0,
  bytesPerSecond: 0,
  reused: 0,
  crossed: 0,
  createdAt: '2026-11-29T08:00:00.000Z',
  updatedAt: '2026-11-29T08:00:00.000Z',
  ...more,
})

describe('the outbox', () => {
  it('sends at once what nothing stands in the way of, under its own key', async () => {
    const outbox = bench.open()
    const { id } = await ask.add(outbox, submission('one'))
    const entry = await inState(outbox, id, 'done')
    expect(entry.result).toEqual({ jobId: '1' })
    expect(entry.story.map(({ what }) => what)).toEqual(['queued', 'sending', 'done'])
    expect(keys()).toEqual(new Set([id]))
    expect(bench.jobs).toEqual(['1'])
  })

  it('is asked twice with the same change and has one entry', async () => {
    const outbox = bench.open()
    const first = await ask.add(outbox, submission('one'), { change: 'c', held: true })
    const second = await ask.add(outbox, submission('one'), { change: 'c', held: true })
    expect(second.id).toBe(first.id)
    expect(entriesOf(outbox)).toHaveLength(1)
  })

  it('waits for files, says so, and names them by the ids they have at the agent', async () => {
    bench.uploads
      .set('u1', upload('u1', 'uploading'))
      .set('u2', upload('u2', 'uploaded', { agentUploadId: 'a2', slot: 'deck' }))
    const outbox = bench.open()
    const action = submission('one', { uploads: [{ id: 'u1', slot: 'mesh' }, { id: 'u2' }] })
    const { id } = await ask.add(outbox, action)
    await until('files', () => entryOf(outbox, id)?.wait === 'files')
    bench.uploads.set('u1', upload('u1', 'uploaded', { agentUploadId: 'a1' }))
    bench.uploadsChanged()
    const entry = await inState(outbox, id, 'done')
    expect(bench.requests[0]?.files).toEqual([
      { uploadId: 'a1', slot: 'mesh' },
      { uploadId: 'a2', slot: 'deck' },
    ])
    expect(entry.story.map(({ what }) => what)).toContain('files-ready')
  })

  it('needs the user while an upload has failed, and goes on by itself once that goes on', async () => {
    bench.uploads.set('u1', upload('u1', 'failed'))
    const outbox = bench.open()
    const { id } = await ask.add(outbox, submission('one', { uploads: [{ id: 'u1' }] }))
    const asked = await inState(outbox, id, 'needs-you')
    expect(asked.question).toEqual({ kind: 'files', files: [{ upload: 'u1', name: 'u1.msh' }] })
    bench.uploads.set('u1', upload('u1', 'uploaded', { agentUploadId: 'a1' }))
    bench.uploadsChanged()
    await inState(outbox, id, 'done')
  })

  it('sends the same key again after a lost answer, a silent scheduler, a fault and too many requests', async () => {
    bench.answers = [
      (response) => response.destroy(),
      refusal('SCHEDULER_UNAVAILABLE', 503, {}, { 'retry-after': '1' }),
      refusal('INTERNAL', 500),
      refusal('RATE_LIMITED', 429, {}, { 'retry-after': '1' }),
    ]
    const outbox = bench.open()
    const { id } = await ask.add(outbox, submission('one'))
    await until('the scheduler', () => entryOf(outbox, id)?.wait === 'scheduler')
    expect(entryOf(outbox, id)?.can.remove).toBe(false)
    await until('the limit', () => entryOf(outbox, id)?.wait === 'server-limit')
    expect((await inState(outbox, id, 'done')).result).toEqual({ jobId: '5' })
    expect(keys().size).toBe(1)
  })

  it('ends with a refusal that no waiting mends; edited it goes on under its key', async () => {
    bench.answers = [refusal('PARAMETER_INVALID', 400, { details: { parameter: 'load', reason: 'is above 3' } })]
    const outbox = bench.open()
    const { id } = await ask.add(outbox, submission('one'))
    const failed = await inState(outbox, id, 'failed')
    expect(failed).toMatchObject({
      error: { code: 'PARAMETER_INVALID' },
      can: { edit: true, retry: true, remove: true },
    })
    await ask.method(outbox, 'edit', { id, action: submission('two') })
    await inState(outbox, id, 'done')
    expect(names()).toEqual(['one', 'two'])
    expect(keys().size).toBe(1)
  })

  it('goes on after a crash between sending and hearing the answer', async () => {
    bench.answers = [() => undefined]
    const first = bench.open()
    const { id } = await ask.add(first, submission('one'))
    await until('the request', () => bench.requests.length === 1)
    await bench.close(first)
    const second = bench.open()
    await inState(second, id, 'done')
    expect(keys()).toEqual(new Set([id]))
  })

  it('keeps the order of what is ready, and lets others pass what is not', async () => {
    bench.uploads.set('u1', upload('u1', 'uploading'))
    const outbox = bench.open()
    const held = await ask.add(outbox, submission('held'), { held: true })
    const files = await ask.add(outbox, submission('files', { uploads: [{ id: 'u1' }] }))
    for (const name of ['a', 'b', 'c']) await ask.add(outbox, submission(name))
    await until('three', () => bench.requests.length === 3)
    expect(names()).toEqual(['a', 'b', 'c'])
    await ask.method(outbox, 'release', { ids: [held.id] })
    await inState(outbox, held.id, 'done')
    bench.uploads.set('u1', upload('u1', 'uploaded', { agentUploadId: 'a1' }))
    bench.uploadsChanged()
    await inState(outbox, files.id, 'done')
    expect(names()).toEqual(['a', 'b', 'c', 'held', 'files'])
  })

  it('sends in the order that the user has moved entries to', async () => {
    const outbox = bench.open()
    const when = { notBefore: new Date(Date.now() + 1500).toISOString() }
    const [a, b, c] = [
      await ask.add(outbox, submission('a'), { when }),
      await ask.add(outbox, submission('b'), { when }),
      await ask.add(outbox, submission('c'), { when }),
    ]
    await ask.method(outbox, 'move', { id: c.id, before: a.id })
    await ask.method(outbox, 'move', { id: a.id })
    await until('waiting for the time', () => entryOf(outbox, b.id)?.wait === 'time')
    await until('three', () => bench.requests.length === 3)
    expect(names()).toEqual(['c', 'b', 'a'])
  })

  it('moves entries between the same two as often as the user likes', async () => {
    const outbox = bench.open()
    const [a, b, c] = [
      await ask.add(outbox, submission('a'), { held: true }),
      await ask.add(outbox, submission('b'), { held: true }),
      await ask.add(outbox, submission('c'), { held: true }),
    ]
    for (let round = 0; round < 80; round++) {
      const [one, other] = round % 2 === 0 ? [c, b] : [b, c]
      await ask.method(outbox, 'move', { id: one.id, before: other.id })
      const order = entriesOf(outbox).toSorted((x, y) => x.rank - y.rank)
      expect(order.map(({ id }) => id)).toEqual([a.id, one.id, other.id])
    }
  })

  it('keeps what failed until the user has seen to it, and what was done for a week', async () => {
    bench.answers = [refusal('PARAMETER_INVALID', 400)]
    const first = bench.open()
    const failed = await ask.add(first, submission('failed'))
    const done = await ask.add(first, submission('done'))
    await inState(first, failed.id, 'failed')
    await inState(first, done.id, 'done')
    await bench.close(first)
    bench.ahead = 8 * 24 * 3_600_000
    expect(entriesOf(bench.open()).map(({ id }) => id)).toEqual([failed.id])
  })

  it('sends nothing under another name though that signs in while the site is looked at', async () => {
    bench.user.name = 'mia'
    bench.times = { ...bench.times, lookAfterMs: -1 }
    const looking = Promise.withResolvers<void>()
    const looked = Promise.withResolvers<void>()
    bench.looking = () => {
      looking.resolve()
      return looked.promise
    }
    const outbox = bench.open()
    const { id } = await ask.add(outbox, submission('one'))
    await looking.promise
    bench.user.name = 'jin'
    bench.userChanged()
    looked.resolve()
    await ask.add(outbox, submission('two'))
    await until('the other one', () => bench.requests.length === 1)
    expect(names()).toEqual(['two'])
    bench.user.name = 'mia'
    bench.userChanged()
    await inState(outbox, id, 'done')
  })

  it('sends nothing from another network that is entered while the site is looked at', async () => {
    bench.networks = [{ id: '10.1.0.0/16', interface: 'tun0' }]
    bench.times = { ...bench.times, lookAfterMs: -1 }
    bench.looking = () => {
      bench.networks = []
      return Promise.resolve()
    }
    const outbox = bench.open()
    const { id } = await ask.add(outbox, submission('one'), { when: { network: '10.1.0.0/16' } })
    await until('the place', () => entryOf(outbox, id)?.wait === 'place')
    expect(bench.requests).toEqual([])
  })

  it('gives up after the same fault again and again, in doubt: neither edited nor made anew', async () => {
    bench.answers = Array.from({ length: 5 }, () => refusal('INTERNAL', 500))
    const outbox = bench.open()
    const { id } = await ask.add(outbox, submission('one'))
    const failed = await inState(outbox, id, 'failed')
    expect(failed).toMatchObject({
      error: { code: 'AGENT' },
      can: { edit: false, hold: false, retry: true, remove: true },
    })
    await ask.method(outbox, 'retry', { ids: [id] })
    expect(entryOf(outbox, id)?.can).toMatchObject({ edit: false, remove: false })
    await inState(outbox, id, 'done')
    expect(keys()).toEqual(new Set([id]))
  })

  it('asks again in the right name for what was on its way when another user signed in', async () => {
    bench.user.name = 'mia'
    bench.answers = [() => undefined]
    const outbox = bench.open()
    const { id } = await ask.add(outbox, submission('one'))
    await until('the request', () => bench.requests.length === 1)
    bench.user.name = 'jin'
    bench.userChanged()
    // Its lane is free again.
    const { id: other } = await ask.add(outbox, submission('two'))
    await inState(outbox, other, 'done')
    bench.user.name = 'mia'
    bench.userChanged()
    await inState(outbox, id, 'done')
    expect(keys().size).toBe(2)
  })

  it('sends what depends on another after that one, and asks where it is gone', async () => {
    const outbox = bench.open()
    const first = await ask.add(outbox, submission('first'), { held: true })
    const dependent = (name: string) => {
      const action = submission(name)
      if (action.kind === 'submit')
        action.submission.options = { dependencies: [{ type: 'afterok', submission: first.id }] }
      return action
    }
    const second = await ask.add(outbox, dependent('second'))
    await until('the dependency', () => entryOf(outbox, second.id)?.waitsFor?.[0] === first.id)
    const loop = { id: first.id, action: dependent('first') }
    await expect(ask.method(outbox, 'edit', loop)).rejects.toMatchObject({ value: { code: 'CONFLICT' } })
    const third = await ask.add(outbox, dependent('third'), { held: true })
    await ask.method(outbox, 'release', { ids: [first.id] })
    await inState(outbox, second.id, 'done')
    expect(names()).toEqual(['first', 'second'])
    expect(bench.requests[1]?.options?.dependencies).toEqual([{ type: 'afterok', submission: first.id }])
    // What was sent may leave the list.
    await ask.method(outbox, 'remove', { ids: [first.id] })
    expect(entryOf(outbox, third.id)?.state).toBe('held')

    const fourth = await ask.add(outbox, submission('fourth'), { held: true })
    const fifth = submission('fifth')
    if (fifth.kind === 'submit')
      fifth.submission.options = { dependencies: [{ type: 'afterany', submission: fourth.id }] }
    const orphan = await ask.add(outbox, fifth)
    await ask.method(outbox, 'remove', { ids: [fourth.id] })
    expect((await inState(outbox, orphan.id, 'needs-you')).question).toMatchObject({
      kind: 'dependency',
      why: 'deleted',
    })
    await ask.method(outbox, 'accept', { id: orphan.id })
    await inState(outbox, orphan.id, 'done')
    expect(bench.requests.at(-1)?.options?.dependencies).toBeUndefined()
  })

  it('sends only in the network that was asked for', async () => {
    const outbox = bench.open()
    const { id } = await ask.add(outbox, submission('one'), { when: { network: '10.1.0.0/16' } })
    await until('the place', () => entryOf(outbox, id)?.wait === 'place')
    bench.networks = [{ id: '10.1.0.0/16', interface: 'tun0' }]
    bench.networksChanged()
    await inState(outbox, id, 'done')
  })

  it('sends under no other name, and shows it to nobody else', async () => {
    bench.user.name = 'mia'
    const outbox = bench.open()
    bench.user.name = 'jin'
    const { id } = await ask.add(outbox, submission('one'), { held: true })
    bench.user.name = 'mia'
    bench.userChanged()
    expect(entryOf(outbox, id)).toBeUndefined()
    bench.user.name = 'jin'
    bench.userChanged()
    expect(entryOf(outbox, id)).toMatchObject({ state: 'held' })
  })

  it('is taken back before it was sent', async () => {
    const outbox = bench.open()
    const { id } = await ask.add(outbox, submission('one'), { when: { network: 'nowhere' } })
    await ask.method(outbox, 'remove', { ids: [id] })
    expect(entriesOf(outbox)).toEqual([])
    expect(bench.requests).toEqual([])
  })
})
