import { describe, expect, it, vi } from 'vitest'
import type { Settings } from '../../../../../contract/settings.ts'
import type { Site, SiteQuestion } from '../../../../../contract/sites.ts'
import type { Services } from '../../../../../src/renderer/app/services.tsx'
import { settingsStore } from '../../../../../src/renderer/features/settings/store.ts'
import { questionsStore, sitesStore } from '../../../../../src/renderer/features/sites/store.ts'
import { createClient } from '../../../../../src/rpc/client.ts'
import { memoryPortPair } from '../../../../../src/rpc/memory-port.ts'
import { createServer } from '../../../../../src/rpc/server.ts'
import { RpcError, type Handlers, type StreamSink } from '../../../../../src/rpc/types.ts'

/** A window's services over the real rpc, with a core of a few lines behind it. */
function servicesOver(handlers: object): Services {
  const server = createServer(handlers as Handlers, {
    onFault: ({ error }) => {
      throw error
    },
  })
  const client = createClient(() => {
    const [window, core] = memoryPortPair()
    server.serve(core)
    return window
  })
  return { client, host: {} as Services['host'], info: {} as Services['info'] }
}

const user = { username: 'kim', email: '', groups: [], permissions: [] }
const site = (change: Partial<Site>): Site => ({
  id: 'a',
  name: 'A',
  url: 'http://a',
  connection: { state: 'connected', since: '2026-11-21T00:00:00.000Z' },
  ...change,
})
const { user: _left, ...signedOut } = site({ user })

type SiteSink = StreamSink<{ items: Site[] }, { put: Site[]; gone: string[] }>

const openSites = async () => {
  let sink: SiteSink | undefined
  const services = servicesOver({
    sites: {
      methods: {
        signOut: () => {
          sink?.event({ put: [signedOut], gone: [] })
          return {}
        },
      },
      streams: {
        all: (_: unknown, given: SiteSink) => {
          sink = given
          given.snapshot({ items: [site({ user })] })
          return () => undefined
        },
      },
    },
  })
  const store = sitesStore.of(services)
  await vi.waitFor(() => expect(store.getState().sites?.size).toBe(1))
  return { store, push: (put: Site) => sink?.event({ put: [put], gone: [] }) }
}

describe('sites', () => {
  it('keeps the page of a session that ran out', async () => {
    const { store, push } = await openSites()
    push(signedOut)
    await vi.waitFor(() => expect(store.getState().sites?.get('a')?.user).toBeUndefined())
    expect(store.getState().entered.has('a')).toBe(true)
  })

  it('leaves the page of a session that the user ended', async () => {
    const { store } = await openSites()
    await store.getState().signOut('a')
    expect(store.getState().entered.has('a')).toBe(false)
  })
})

const question = (id: string): SiteQuestion => ({
  id,
  site: 'a',
  host: 'alice@head',
  ask: { kind: 'password', again: false, canKeep: false },
})

const openQuestions = async (answer: (input: unknown) => unknown) => {
  let sink: StreamSink<{ items: SiteQuestion[] }, { put: SiteQuestion[]; gone: string[] }> | undefined
  const services = servicesOver({
    sites: {
      methods: { answer },
      streams: {
        questions: (_: unknown, given: NonNullable<typeof sink>) => {
          sink = given
          given.snapshot({ items: [question('1'), question('2')] })
          return () => undefined
        },
      },
    },
  })
  const store = questionsStore.of(services)
  const ids = () => store.getState().questions.map(({ id }) => id)
  await vi.waitFor(() => expect(ids()).toEqual(['1', '2']))
  return { store, ids, event: (put: SiteQuestion[], gone: string[]) => sink?.event({ put, gone }) }
}

describe('questions', () => {
  it('vanish once answered, and come back when they are asked again', async () => {
    const { store, ids, event } = await openQuestions(() => ({}))
    await store.getState().answer('1', { kind: 'responses', responses: ['x'] })
    expect(ids()).toEqual(['2'])
    event([question('1')], [])
    await vi.waitFor(() => expect(ids()).toEqual(['1', '2']))
  })

  it('vanish when they were answered elsewhere', async () => {
    const { ids, event } = await openQuestions(() => ({}))
    event([], ['1', '2'])
    await vi.waitFor(() => expect(ids()).toEqual([]))
  })

  it('stay where the answer was not taken', async () => {
    const { store, ids } = await openQuestions(() => {
      throw new RpcError({ code: 'CONFLICT', data: { reason: 'no' }, message: '' })
    })
    await expect(store.getState().answer('1', { kind: 'refuse' })).rejects.toThrow()
    expect(ids()).toEqual(['1', '2'])
  })
})

describe('settings', () => {
  const stored: Settings = {
    language: 'system',
    theme: 'system',
    uploadLimit: 0,
    uploadOrder: 'added',
    uploadReadBack: false,
    downloadLimit: 0,
    railCollapsed: false,
    activeSite: null,
  }
  const open = async (update: (change: Partial<Settings>) => unknown) => {
    const services = servicesOver({
      settings: {
        methods: { update },
        streams: {
          current: (_: unknown, sink: StreamSink<Settings, Settings>) => {
            sink.snapshot(stored)
            return () => undefined
          },
        },
      },
    })
    const store = settingsStore.of(services)
    await vi.waitFor(() => expect(store.getState().settings).toBeDefined())
    return store
  }

  it('shows a change at once', async () => {
    const store = await open((change) => ({ ...stored, ...change }))
    store.getState().update({ theme: 'dark' })
    expect(store.getState().settings?.theme).toBe('dark')
  })

  it('takes a refused change back and says why', async () => {
    const store = await open(() => {
      throw new RpcError({ code: 'CONFLICT', data: { reason: 'read-only' }, message: '' })
    })
    store.getState().update({ theme: 'dark' })
    await vi.waitFor(() => expect(store.getState().refused?.code).toBe('CONFLICT'))
    expect(store.getState().settings?.theme).toBe('system')
  })
})
