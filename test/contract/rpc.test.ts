import { afterEach, describe, expect, it } from 'vitest'
import type { Settings } from '../../contract/settings.ts'
import type { Task } from '../../contract/task.ts'
import { appError } from '../../src/core/kit/app-error.ts'
import { createClient } from '../../src/rpc/client.ts'
import type { Port } from '../../src/rpc/port.ts'
import { createServer } from '../../src/rpc/server.ts'
import { RpcError, type Handlers, type RpcClient, type StreamSink } from '../../src/rpc/types.ts'
import { transports, type Transport } from './helpers/ports.ts'

const settings: Settings = {
  language: 'en',
  theme: 'dark',
  uploadLimit: 0,
  uploadOrder: 'added',
  uploadReadBack: false,
  downloadLimit: 0,
  railCollapsed: false,
  activeSite: null,
}
const limit = 100_000
type TasksSink = StreamSink<{ items: Task[] }, { put: Task[]; gone: string[] }>

/** Handlers that can be watched; only what the tests call is there. */
function createCore() {
  const seen = { updates: [] as Partial<Settings>[], aborted: 0, snapshots: 0, ends: 0, faults: [] as string[] }
  const sinks: TasksSink[] = []
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  const handlers = {
    host: { methods: { info: () => ({ version: 'x'.repeat(limit) }) }, streams: {} },
    settings: {
      methods: {
        async update(input: Partial<Settings>) {
          seen.updates.push(input)
          if (input.theme === 'light') await held
          if (input.language === 'ko') throw new Error('token=secret')
          return { ...settings, ...input }
        },
      },
      streams: {},
    },
    templates: {
      methods: {
        source: () => Promise.reject(appError('RATE_LIMITED', { retryAfter: 7 }, 'Too many.', 7)),
      },
      streams: {},
    },
    jobs: {
      methods: {
        detail: (_input: unknown, { signal }: { signal: AbortSignal }) =>
          new Promise((_resolve, reject) =>
            signal.addEventListener('abort', () => {
              seen.aborted += 1
              reject(signal.reason as Error)
            }),
          ),
      },
      streams: {},
    },
    logs: {
      methods: {},
      streams: {
        follow: () => {
          throw appError('NOT_FOUND', { what: 'job', id: '1' }, 'No such job.')
        },
      },
    },
    tasks: {
      methods: {},
      streams: {
        all(_params: unknown, sink: TasksSink) {
          seen.snapshots += 1
          sinks.push(sink)
          sink.snapshot({ items: [] })
          return () => {
            seen.ends += 1
          }
        },
      },
    },
  }
  const server = createServer(handlers as unknown as Handlers, {
    limit,
    onFault: ({ reference }) => seen.faults.push(reference),
  })
  return { server, seen, sinks, release }
}

async function settled(check: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !check(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(check()).toBe(true)
}
const failure = async (call: Promise<unknown>) => {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof RpcError)) throw new Error('expected an RpcError')
  return error.value
}

describe.each(transports)('rpc over %s', (_name, start) => {
  const ends: (() => unknown)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end()
  })

  async function open(onPort?: (port: Port) => Port) {
    const core = createCore()
    const transport: Transport = await start((port) => core.server.serve(onPort?.(port) ?? port))
    ends.push(() => transport.close())
    const ports: Port[] = []
    const connect = async (): Promise<Port> => {
      const port = await transport.connect()
      ports.push(port)
      return port
    }
    const client = (): RpcClient => {
      const made = createClient(connect, { limit, delay: () => 1 })
      ends.push(() => made.close())
      return made
    }
    return { ...core, transport, ports, client: client(), another: client }
  }
  /** Speaks frames itself, as a broken or hostile window would. */
  async function raw(transport: Transport) {
    const port = await transport.connect()
    ends.push(() => port.close())
    const frames: { type: string; id: string; [key: string]: unknown }[] = []
    port.onMessage((message) => frames.push(message as (typeof frames)[number]))
    const answer = async (id: string) => {
      await settled(() => frames.some((frame) => frame.id === id))
      return frames.find((frame) => frame.id === id)
    }
    return { port, frames, answer }
  }

  it('answers a call with its value', async () => {
    const { client } = await open()
    expect(await client.call('settings', 'update', { theme: 'dark' })).toEqual(settings)
  })

  it('answers what is not in the contract with UNKNOWN_METHOD, prototype names too', async () => {
    const { transport } = await open()
    const { port, answer } = await raw(transport)
    const names = [
      ['nothing', 'info'],
      ['host', 'nothing'],
      ['__proto__', 'toString'],
      ['constructor', 'name'],
      ['host', '__proto__'],
      ['host', 'constructor'],
      ['host', 'hasOwnProperty'],
    ]
    for (const [index, [feature, name]] of names.entries()) {
      for (const type of ['call', 'open']) port.post({ type, id: `${type}${index}`, feature, name, input: {} })
      for (const type of ['call', 'open']) {
        const frame = await answer(`${type}${index}`)
        expect(frame).toMatchObject({ error: { code: 'UNKNOWN_METHOD', data: { method: `${feature}.${name}` } } })
      }
    }
  })

  it('refuses input that does not fit, saying where', async () => {
    const { client, seen } = await open()
    expect(await failure(client.call('settings', 'update', { uploadLimit: -1 }))).toMatchObject({
      code: 'BAD_INPUT',
      data: { path: '/uploadLimit' },
    })
    const extra = JSON.parse('{"theme":"dark","__proto__":{"x":1},"admin":true}') as Partial<Settings>
    expect(await failure(client.call('settings', 'update', extra))).toMatchObject({ code: 'BAD_INPUT' })
    expect(seen.updates).toEqual([])
  })

  it('goes on after frames that are none', async () => {
    const { transport, client } = await open()
    const { port, answer } = await raw(transport)
    for (const junk of [1, 'x', [], {}, { id: 5 }, { type: 'call' }, { type: 'ack', id: 's' }]) port.post(junk)
    port.post({ type: 'call', id: 'broken', feature: 1 })
    expect(await answer('broken')).toMatchObject({ type: 'error', error: { code: 'BAD_INPUT' } })
    expect(await client.call('settings', 'update', {})).toEqual(settings)
  })

  it('cancels a call at both ends', async () => {
    const { client, seen } = await open()
    const abort = new AbortController()
    const call = failure(client.call('jobs', 'detail', { site: 's', id: '1' }, { signal: abort.signal }))
    await client.call('settings', 'update', {})
    abort.abort()
    expect((await call).code).toBe('CANCELLED')
    await settled(() => seen.aborted === 1)
  })

  it('ends a query when its window is gone', async () => {
    const { client, seen } = await open()
    const call = failure(client.call('jobs', 'detail', { site: 's', id: '1' }))
    await client.call('settings', 'update', {})
    client.close()
    expect((await call).code).toBe('DISCONNECTED')
    await settled(() => seen.aborted === 1)
  })

  it('carries error values whole and hides unknown faults behind a reference', async () => {
    const { client, seen } = await open()
    expect(await failure(client.call('templates', 'source', { site: 's', id: 't' }))).toEqual({
      code: 'RATE_LIMITED',
      data: { retryAfter: 7 },
      message: 'Too many.',
      retry: { afterSeconds: 7 },
    })
    const fault = await failure(client.call('settings', 'update', { language: 'ko' }))
    expect(fault).toMatchObject({ code: 'INTERNAL', data: { reference: seen.faults[0] } })
    expect(JSON.stringify(fault)).not.toContain('secret')
  })

  it('refuses frames over the limit in both directions', async () => {
    const { client, transport, seen } = await open()
    const huge = { activeSite: 'x'.repeat(limit) }
    expect((await failure(client.call('settings', 'update', huge))).code).toBe('FRAME_TOO_LARGE')
    const { port, answer } = await raw(transport)
    port.post({ type: 'call', id: 'huge', feature: 'settings', name: 'update', input: huge })
    expect(await answer('huge')).toMatchObject({ error: { code: 'FRAME_TOO_LARGE', data: { limit } } })
    expect((await failure(client.call('host', 'info', {}))).code).toBe('FRAME_TOO_LARGE')
    expect(seen.updates).toEqual([])
  })

  it('does a change once when it is sent twice, by two ports too', async () => {
    const { transport, seen, release } = await open()
    const first = await raw(transport)
    const second = await raw(transport)
    const frame = { type: 'call', id: 'change-1', feature: 'settings', name: 'update', input: { theme: 'light' } }
    first.port.post(frame)
    second.port.post(frame)
    await settled(() => seen.updates.length > 0)
    release()
    expect(await first.answer('change-1')).toMatchObject({ type: 'value', value: { theme: 'light' } })
    expect(await second.answer('change-1')).toMatchObject({ type: 'value', value: { theme: 'light' } })
    const third = await raw(transport)
    third.port.post(frame)
    expect(await third.answer('change-1')).toMatchObject({ type: 'value', value: { theme: 'light' } })
    expect(seen.updates).toHaveLength(1)
  })

  it('sends a change again over a new connection, and it is done once', async () => {
    const { client, ports, seen, release } = await open()
    const states: string[] = []
    client.onConnection((state) => states.push(state))
    const call = client.call('settings', 'update', { theme: 'light' })
    await settled(() => seen.updates.length === 1)
    ports[0]?.close()
    await settled(() => states.join() === 'up,down,up')
    release()
    expect(await call).toMatchObject({ theme: 'light' })
    expect(seen.updates).toHaveLength(1)
  })

  it('gives a snapshot, then events in order, and a new snapshot over a new connection', async () => {
    const { client, sinks, ports, seen } = await open()
    const story: string[] = []
    const end = client.subscribe(
      'tasks',
      'all',
      {},
      {
        snapshot: ({ items }) => story.push(`snapshot ${items.length}`),
        event: ({ gone }) => story.push(gone.join()),
      },
    )
    await settled(() => story.length === 1)
    for (const name of ['a', 'b', 'c']) sinks[0]?.event({ put: [], gone: [name] })
    await settled(() => story.length === 4)
    ports[0]?.close()
    await settled(() => story.length === 5)
    expect(story).toEqual(['snapshot 0', 'a', 'b', 'c', 'snapshot 0'])
    end()
    await settled(() => seen.ends === 2)
  })

  it('asks for a new snapshot when an event is missing', async () => {
    let drop = false
    const lossy = (port: Port): Port => ({
      ...port,
      post: (message) => {
        const isEvent = (message as { type: string }).type === 'event'
        if (!(drop && isEvent)) port.post(message)
        if (isEvent) drop = false
      },
    })
    const { client, sinks, seen } = await open(lossy)
    const story: string[] = []
    client.subscribe(
      'tasks',
      'all',
      {},
      {
        snapshot: () => story.push('snapshot'),
        event: ({ gone }) => story.push(gone.join()),
      },
    )
    await settled(() => story.length === 1)
    drop = true
    for (const name of ['lost', 'after', 'later']) sinks[0]?.event({ put: [], gone: [name] })
    await settled(() => story.length === 2)
    sinks[1]?.event({ put: [], gone: ['again'] })
    await settled(() => story.length === 3)
    expect(story).toEqual(['snapshot', 'snapshot', 'again'])
    expect(seen.snapshots).toBe(2)
  })

  it('drops events towards a window that does not keep up, then gives it a snapshot', async () => {
    const { transport, sinks, seen } = await open()
    const { port, frames } = await raw(transport)
    port.post({ type: 'open', id: 's1', feature: 'tasks', name: 'all', input: {} })
    await settled(() => frames.length === 1)
    for (let index = 0; index < 5000; index += 1) sinks[0]?.event({ put: [], gone: [String(index)] })
    await settled(() => frames.length >= 200)
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(frames.length).toBeLessThanOrEqual(257)
    expect(seen.snapshots).toBe(1)
    port.post({ type: 'ack', id: 's1', n: frames.length })
    await settled(() => frames.at(-1)?.type === 'snapshot')
    expect(seen).toMatchObject({ snapshots: 2, ends: 1 })
  })

  it('keeps up by itself with many events', async () => {
    const { client, sinks, seen } = await open()
    let last = ''
    client.subscribe('tasks', 'all', {}, { snapshot: () => undefined, event: ({ gone }) => (last = gone.join()) })
    await settled(() => sinks.length === 1)
    for (let index = 1; index <= 2000; index += 1) {
      sinks[0]?.event({ put: [], gone: [String(index)] })
      if (index % 100 === 0) await settled(() => last === String(index))
    }
    expect(seen.snapshots).toBe(1)
  })

  it('ends a stream that cannot start with the error', async () => {
    const { client } = await open()
    const codes: string[] = []
    client.subscribe(
      'logs',
      'follow',
      { site: 's', id: '1' },
      {
        snapshot: () => undefined,
        event: () => undefined,
        error: ({ code }) => codes.push(code),
      },
    )
    await settled(() => codes.length === 1)
    expect(codes).toEqual(['NOT_FOUND'])
  })
})
