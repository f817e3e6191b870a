import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Services } from '../../../../src/renderer/app/services.tsx'
import { draftOf } from '../../../../src/renderer/features/new-job/draft.ts'
import { createForm } from '../../../../src/renderer/features/new-job/form-store.ts'
import { createClient } from '../../../../src/rpc/client.ts'
import { memoryPortPair } from '../../../../src/rpc/memory-port.ts'
import { createServer } from '../../../../src/rpc/server.ts'
import type { Handlers } from '../../../../src/rpc/types.ts'

const kept = new Map<string, string>()
beforeEach(() => {
  kept.clear()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  })
})

/** A form over the real boundary; only what the core does with a submission is said here. */
function form(submit: () => { taskId: string }) {
  const handlers = { jobs: { methods: { submit }, streams: {} } } as unknown as Handlers
  const server = createServer(handlers, { onFault: () => undefined })
  const client = createClient(() => {
    const [near, far] = memoryPortPair()
    server.serve(far)
    return near
  })
  const services = { client, host: {}, info: {} } as unknown as Services
  return createForm(services, 'site', 'draft', draftOf(undefined, 'Own', 'label'))
}
const submission = { name: 'Own', command: 'true', resources: { nodes: 1, tasks: 1, timeMinutes: 1 } }

describe('a form', () => {
  it('makes one submission of two quick clicks', async () => {
    let made = 0
    const store = form(() => ({ taskId: `t${(made += 1)}` }))
    await Promise.all([
      store.getState().submit(submission, { uploads: [] }),
      store.getState().submit(submission, { uploads: [] }),
    ])
    await store.getState().submit(submission, { uploads: [] })
    expect(made).toBe(1)
    expect(store.getState().sending).toEqual({ step: 'sent', taskId: 't1' })
  })
  it('keeps what was typed until it is handed over, then starts anew', async () => {
    const store = form(() => ({ taskId: 't' }))
    store.getState().edit({ name: 'Renamed' })
    expect(JSON.parse(kept.get('draft') ?? '{}')).toMatchObject({ label: 'label', name: 'Renamed' })
    await store.getState().submit(submission, { uploads: [] })
    expect(kept.has('draft')).toBe(false)
  })
  it('can be sent again after it was refused', async () => {
    let tries = 0
    const store = form(() => {
      tries += 1
      if (tries === 1) throw new Error('broken')
      return { taskId: 't' }
    })
    await store.getState().submit(submission, { uploads: [] })
    expect(store.getState().sending).toMatchObject({ step: 'editing', error: { code: 'INTERNAL' } })
    await store.getState().submit(submission, { uploads: [] })
    expect(store.getState().sending.step).toBe('sent')
  })
})
