import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { OutboxEntry } from '../../../../contract/outbox.ts'
import type { Services } from '../../../../src/renderer/app/services.tsx'
import { draftOf } from '../../../../src/renderer/features/new-job/draft.ts'
import { createForm } from '../../../../src/renderer/features/new-job/form-store.ts'
import { createClient } from '../../../../src/rpc/client.ts'
import { memoryPortPair } from '../../../../src/rpc/memory-port.ts'
import { createServer } from '../../../../src/rpc/server.ts'
import type { Handlers } from '../../../../src/rpc/types.ts'
import { entryWith, submit } from '../outbox/example.ts'

const kept = new Map<string, string>()
beforeEach(() => {
  kept.clear()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  })
})

/** A form over the real boundary; only what the outbox does with a submission is said here. */
function form(add: () => OutboxEntry, edit?: (input: { id: string }) => OutboxEntry) {
  const handlers = { outbox: { methods: { add, edit }, streams: {} } } as unknown as Handlers
  const server = createServer(handlers, { onFault: () => undefined })
  const client = createClient(() => {
    const [near, far] = memoryPortPair()
    server.serve(far)
    return near
  })
  const services = { client, host: {}, info: {} } as unknown as Services
  return createForm(services, 'site', 'draft', draftOf(undefined, 'Own', 'label'))
}
const action = submit({ name: 'Own' })

describe('a form', () => {
  it('makes one submission of two quick clicks', async () => {
    let made = 0
    const store = form(() => entryWith({ id: `t${(made += 1)}` }))
    await Promise.all([store.getState().submit(action, {}), store.getState().submit(action, {})])
    await store.getState().submit(action, {})
    expect(made).toBe(1)
    expect(store.getState().sending).toEqual({ step: 'sent', entry: 't1' })
  })
  it('keeps what was typed until it is handed over, then starts anew', async () => {
    const store = form(() => entryWith())
    store.getState().edit({ name: 'Renamed' })
    expect(JSON.parse(kept.get('draft') ?? '{}')).toMatchObject({ label: 'label', name: 'Renamed' })
    await store.getState().submit(action, {})
    expect(kept.has('draft')).toBe(false)
  })
  it('can be sent again after it was refused', async () => {
    let tries = 0
    const store = form(() => {
      tries += 1
      if (tries === 1) throw new Error('broken')
      return entryWith()
    })
    await store.getState().submit(action, {})
    expect(store.getState().sending).toMatchObject({ step: 'editing', error: { code: 'INTERNAL' } })
    await store.getState().submit(action, {})
    expect(store.getState().sending.step).toBe('sent')
  })
  it('takes the place of what an entry said before', async () => {
    const edited: string[] = []
    const store = form(
      () => entryWith(),
      ({ id }) => {
        edited.push(id)
        return entryWith({ id })
      },
    )
    expect(await store.getState().submit(action, {}, { entry: 'e7' })).toBe('e7')
    expect(edited).toEqual(['e7'])
  })
})
