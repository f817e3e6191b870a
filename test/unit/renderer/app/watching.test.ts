import { describe, expect, it, vi } from 'vitest'
import type { Job } from '../../../../contract/jobs.ts'
import type { Site } from '../../../../contract/sites.ts'
import type { Services } from '../../../../src/renderer/app/services.tsx'
import { jobsStore } from '../../../../src/renderer/features/jobs/store.ts'
import { sitesStore } from '../../../../src/renderer/features/sites/store.ts'
import { createClient } from '../../../../src/rpc/client.ts'
import { memoryPortPair } from '../../../../src/rpc/memory-port.ts'
import { createServer } from '../../../../src/rpc/server.ts'
import type { Handlers, StreamSink } from '../../../../src/rpc/types.ts'

interface Items<T> {
  items: T[]
  asOf?: string
}
interface Change<T> {
  put: T[]
  gone: string[]
  asOf?: string
}
type Sink<T> = StreamSink<Items<T>, Change<T>>

const siteOf = (username: string): Site => ({
  id: 'a',
  name: 'A',
  url: 'http://a',
  user: { username, email: '', groups: [], permissions: [] },
  connection: { state: 'connected', since: '2026-11-21T07:00:00.000Z' },
})
const jobOf = (user: string): Job => ({
  id: `of-${user}`,
  name: 'job',
  user,
  state: 'running',
  resources: { nodes: 1, tasks: 1, timeMinutes: 1 },
  submittedAt: '2026-11-21T07:00:00.000Z',
  hasConvergence: false,
})

/** A window in which jin is signed in, over the real rpc; what the core tells is the test's. */
async function open() {
  let sites: Sink<Site> | undefined
  const lists: Sink<Job>[] = []
  const handlers = {
    sites: {
      methods: {},
      streams: {
        all(_: unknown, sink: Sink<Site>) {
          sites = sink
          sink.snapshot({ items: [siteOf('jin')] })
          return () => undefined
        },
      },
    },
    jobs: {
      methods: {},
      streams: {
        all(_: unknown, sink: Sink<Job>) {
          lists.push(sink)
          return () => undefined
        },
      },
    },
  }
  const server = createServer(handlers as unknown as Handlers, {
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
  const store = jobsStore.of(services)
  await vi.waitFor(() => expect(sitesStore.of(services).getState().users.get('a')).toBe('jin'))
  return {
    store,
    lists,
    shown: () => store.getState().sites.get('a'),
    signIn: (user: string) => sites?.event({ put: [siteOf(user)], gone: [] }),
  }
}

describe('a list of a site', () => {
  it('says how old it is, until it is fresh again', async () => {
    const { store, lists, shown } = await open()
    store.getState().watch('a', false)
    await vi.waitFor(() => expect(lists).toHaveLength(1))
    const asOf = '2026-11-21T07:00:00.000Z'
    lists[0]?.snapshot({ items: [jobOf('jin')], asOf })
    await vi.waitFor(() => expect(shown()?.asOf).toBe(asOf))
    lists[0]?.event({ put: [], gone: [] })
    await vi.waitFor(() => expect(shown()?.asOf).toBe(undefined))
    lists[0]?.event({ put: [], gone: [], asOf })
    await vi.waitFor(() => expect(shown()?.asOf).toBe(asOf))
    expect(shown()?.jobs?.size).toBe(1)
  })

  it('is forgotten when another user signs in, and begins anew where it is looked at', async () => {
    const { store, lists, shown, signIn } = await open()
    const leave = store.getState().watch('a', false)
    await vi.waitFor(() => expect(lists).toHaveLength(1))
    lists[0]?.snapshot({ items: [jobOf('jin')] })
    await vi.waitFor(() => expect(shown()?.jobs?.size).toBe(1))
    signIn('jin')
    signIn('lee')
    await vi.waitFor(() => expect(shown()).toBe(undefined))
    await vi.waitFor(() => expect(lists).toHaveLength(2))
    lists[1]?.snapshot({ items: [jobOf('lee')] })
    await vi.waitFor(() => expect(shown()?.jobs?.has('of-lee')).toBe(true))

    // What nobody looks at is forgotten too.
    leave()
    signIn('jin')
    await vi.waitFor(() => expect(shown()).toBe(undefined))
    expect(lists).toHaveLength(2)
  })
})
