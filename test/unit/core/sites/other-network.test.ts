import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEmitter } from '../../../../src/core/kit/emitter.ts'
import type { NetworkChange } from '../../../../src/core/kit/networks.ts'
import { createSites, type SitesFeature } from '../../../../src/core/sites/index.ts'
import { shortTimes, until } from '../../../helpers/core.ts'
import { startSmallAgent, type SmallAgent } from '../helpers/small-agent.ts'

const nothing = (): void => undefined
const context = { id: 'call', signal: new AbortController().signal }
const networks = createEmitter<[NetworkChange]>()
/** Longer than a test waits: what comes sooner comes for another reason. */
const backOff = { baseMs: 3_600_000, maxMs: 3_600_000 }

let folder: string
let sites: SitesFeature
let asked: number
const closing: (() => unknown)[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-sites-'))
  const secrets = new Map<string, string>()
  sites = await createSites({
    platform: {
      paths: { data: folder, downloads: folder },
      home: folder,
      environment: {},
      secrets: {
        persistent: true,
        get: (key) => Promise.resolve(secrets.get(key)),
        set: (key, value) => Promise.resolve(void secrets.set(key, value)),
        delete: (key) => Promise.resolve(void secrets.delete(key)),
      },
    },
    folder,
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    times: { ...shortTimes, backOff },
    connectAtStart: true,
    networks: { onChange: (listener) => networks.on(listener) },
  })
  asked = 0
  sites.handlers.streams.questions({}, { snapshot: nothing, event: ({ put }) => (asked += put.length), fail: nothing })
})
afterEach(async () => {
  sites.close()
  for (const close of closing.splice(0).toReversed()) await close()
  await rm(folder, { recursive: true, force: true })
})

describe('in another network, or awake again', () => {
  it.each(['changed', 'woke'] as const)('a site that waits is tried at once: %s', async (what) => {
    const agent: SmallAgent = await startSmallAgent()
    closing.push(() => agent.close())
    const { id } = await sites.handlers.methods.add({ url: agent.url }, context)
    await sites.handlers.methods.signIn({ site: id, username: 'jin', password: 'pw' }, context)
    await until('the connection', () => sites.site(id).connection.state === 'connected')
    agent.sockets.at(-1)?.terminate()
    await until('the loss', () => sites.site(id).connection.state === 'reconnecting')
    networks.emit(what)
    await until('the connection', () => sites.site(id).connection.state === 'connected')
  })

  it('an SSH site that waits is tried, and asks nothing', async () => {
    const free = await listen()
    await free.close()
    const id = await addSsh(free.port)
    await until('the first try', () => sites.site(id).connection.state === 'offline')
    const server = await listen(free.port)
    networks.emit('changed')
    await until('another', () => server.tries > 0)
    expect(asked).toBe(0)
  })

  it('one that was left stays away', async () => {
    const server = await listen()
    const id = await addSsh(server.port)
    await until('the first try', () => sites.site(id).connection.state === 'offline')
    await sites.handlers.methods.disconnect({ site: id }, context)
    networks.emit('woke')
    expect(sites.site(id).connection.state).toBe('signed-out')
    expect(server.tries).toBe(1)
  })
})

const addSsh = async (port: number): Promise<string> =>
  (await sites.handlers.methods.add({ url: `ssh://jin@127.0.0.1:${port}` }, context)).id

/** A server that speaks a protocol of old, and counts who comes. */
async function listen(wanted = 0) {
  const counted = { tries: 0, port: 0, close: () => Promise.resolve() }
  const server = createServer((socket) => {
    counted.tries += 1
    socket.on('error', () => undefined).end('SSH-1.5-old\r\n')
  })
  await new Promise<void>((resolve) => server.listen(wanted, '127.0.0.1', resolve))
  counted.port = (server.address() as AddressInfo).port
  counted.close = () => new Promise((resolve) => server.close(() => resolve()))
  closing.push(() => counted.close())
  return counted
}
