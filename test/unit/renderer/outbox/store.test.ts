import { describe, expect, it, vi } from 'vitest'
import type { OutboxEntry, OutboxStatus } from '../../../../contract/outbox.ts'
import type { Services } from '../../../../src/renderer/app/services.tsx'
import { outboxStore } from '../../../../src/renderer/features/outbox/store.ts'
import { createClient } from '../../../../src/rpc/client.ts'
import { memoryPortPair } from '../../../../src/rpc/memory-port.ts'
import { createServer } from '../../../../src/rpc/server.ts'
import type { Handlers, StreamSink } from '../../../../src/rpc/types.ts'
import { entryWith, submit } from './example.ts'

/** A window's services over the real rpc, with a core of a few lines behind it. */
function open(methods: Record<string, (input: never) => unknown> = {}) {
  let sink: StreamSink<{ items: OutboxEntry[] }, { put: OutboxEntry[]; gone: string[] }> | undefined
  let open = 0
  const streams = {
    all: (_: unknown, given: NonNullable<typeof sink>) => {
      open += 1
      sink = given
      given.snapshot({ items: [entryWith()] })
      return () => {
        open -= 1
      }
    },
    status: (_: unknown, given: StreamSink<OutboxStatus, OutboxStatus>) => {
      given.snapshot({ networks: [{ id: '10.0.0.0/8', interface: 'eth0' }] })
      return () => {}
    },
  }
  const server = createServer({ outbox: { methods, streams } } as unknown as Handlers, {
    onFault: ({ error }) => {
      throw error
    },
  })
  const client = createClient(() => {
    const [window, core] = memoryPortPair()
    server.serve(core)
    return window
  })
  const services: Services = { client, host: {} as Services['host'], info: {} as Services['info'] }
  const store = outboxStore.of(services)
  const entry = (id: string) => store.getState().entries?.get(id)
  return {
    store,
    entry,
    event: (put: OutboxEntry[], gone: string[] = []) => sink?.event({ put, gone }),
    open: () => open,
  }
}

describe('the outbox of the window', () => {
  it('is followed as long as anybody looks', async () => {
    const { store, entry, event, open: isOpen } = open()
    const leave = [store.getState().watch(), store.getState().watch()]
    await vi.waitFor(() => expect(entry('e1')?.state).toBe('waiting'))
    expect(isOpen()).toBe(1)
    event([entryWith({ state: 'held' })])
    await vi.waitFor(() => expect(entry('e1')?.state).toBe('held'))
    event([], ['e1'])
    await vi.waitFor(() => expect(entry('e1')).toBeUndefined())
    expect(store.getState().status?.networks).toHaveLength(1)
    leave[0]?.()
    expect(isOpen()).toBe(1)
    leave[1]?.()
    await vi.waitFor(() => expect(isOpen()).toBe(0))
  })

  it('shows at once what was put into it, unless it is known better', async () => {
    const later = entryWith({ id: 'new', state: 'done', updatedAt: '2026-11-29T10:00:00Z' })
    const { store, entry, event } = open({ add: () => entryWith({ id: 'new' }) })
    await store.getState().add({ site: 's', action: submit() })
    expect(entry('new')?.state).toBe('waiting')
    store.getState().watch()
    await vi.waitFor(() => expect(entry('e1')).toBeDefined())
    event([later])
    await vi.waitFor(() => expect(entry('new')?.state).toBe('done'))
    await store.getState().add({ site: 's', action: submit() })
    expect(entry('new')?.state).toBe('done')
  })

  it('asks for nothing where nothing is chosen, and for the end as no place', async () => {
    const move = vi.fn(() => ({}))
    const hold = vi.fn(() => ({}))
    const { store } = open({ move, hold })
    await store.getState().change('hold', [])
    expect(hold).not.toHaveBeenCalled()
    await store.getState().move('a', null)
    await store.getState().move('a', 'b')
    expect(move.mock.calls.map((call: unknown[]) => call[0])).toEqual([{ id: 'a' }, { id: 'a', before: 'b' }])
  })
})
