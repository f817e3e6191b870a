import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Forward } from '../../../../contract/forwards.ts'
import { createForwards, type Forwards } from '../../../../src/core/forwards/index.ts'
import { AppError, appError } from '../../../../src/core/kit/app-error.ts'
import { wait } from '../../../../src/core/kit/wait.ts'
import { until } from '../../../helpers/core.ts'
import { scriptedSsh, siteList, type ScriptedSsh } from '../helpers/scripted-ssh.ts'
import { silent } from '../uploads/silent.ts'

let ssh: ScriptedSsh
let sites: ReturnType<typeof siteList>
let forwards: Forwards
let shown: Map<string, Forward>
let events: number
let server: Server
let far: Socket[]
let serve: (socket: Socket) => void

beforeEach(async () => {
  far = []
  serve = (socket) => void socket.pipe(socket)
  server = createServer({ allowHalfOpen: true }, (socket) => {
    far.push(socket)
    socket.on('error', () => undefined)
    serve(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  ssh = scriptedSsh()
  ssh.connect = () => connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  sites = siteList('one', 'two')
  const access = (site: string) => {
    if (site === 'web') throw appError('CONFLICT', { reason: 'not by SSH' }, 'not by SSH')
    return ssh.access
  }
  forwards = createForwards({ access, onSites: (listener) => sites.onSites(listener), log: silent, waitMs: 500 })
  shown = new Map()
  events = 0
  forwards.handlers.streams.all(
    {},
    {
      snapshot: () => undefined,
      event({ put, gone }) {
        events += 1
        for (const item of put) shown.set(item.id, item)
        for (const id of gone) shown.delete(id)
      },
      fail: () => undefined,
    },
  )
})
afterEach(async () => {
  await forwards.close()
  for (const socket of far) socket.destroy()
  server.close()
})

const context = () => ({ id: 'call', signal: new AbortController().signal })
const open = async (localPort?: number, site = 'one'): Promise<Forward> =>
  forwards.handlers.methods.open(
    { site, host: 'compute-1', port: 8888, ...(localPort === undefined ? {} : { localPort }) },
    context(),
  )
const close = async (id: string) => forwards.handlers.methods.close({ id }, context())
function dial(port: number, host = '127.0.0.1'): Socket {
  const socket = connect({ port, host, allowHalfOpen: true })
  socket.on('error', () => undefined)
  return socket
}
const failure = async (call: Promise<unknown>) => {
  const error: unknown = await call.catch((reason: unknown) => reason)
  return error instanceof AppError ? error.value : undefined
}

describe('a forward', () => {
  it('carries bytes both ways, each to its end, and counts them', async () => {
    const { id, localPort } = await open()
    const sent = randomBytes(5_000_000)
    const socket = dial(localPort)
    socket.end(sent)
    expect((await buffer(socket)).equals(sent)).toBe(true)
    expect(ssh.targets).toEqual([{ host: 'compute-1', port: 8888 }])
    await until('the figures', () => shown.get(id)?.connections === 0 && shown.get(id)?.bytes === 10_000_000)
    expect(shown.get(id)?.error).toBeUndefined()
  })

  it('lets one way go on after the other has ended', async () => {
    // The server ends its side at once and still takes what comes.
    const took: Buffer[] = []
    serve = (socket) => {
      socket.end('that is all')
      socket.on('data', (bytes: Buffer) => took.push(bytes))
    }
    const { localPort } = await open()
    const socket = dial(localPort)
    expect((await buffer(socket)).toString()).toBe('that is all')
    await wait(50)
    const rest = randomBytes(2_000_000)
    socket.end(rest)
    await until('the rest', () => Buffer.concat(took).length === rest.length)
    expect(Buffer.concat(took).equals(rest)).toBe(true)
  })

  it('holds a sender back where the other side does not read', async () => {
    serve = (socket) => void socket.pause()
    const { localPort } = await open()
    const socket = dial(localPort)
    let sent = 0
    const piece = Buffer.alloc(1_000_000)
    for (; sent < 200; sent += 1) {
      if (socket.write(piece)) continue
      const drained = await Promise.race([once(socket, 'drain').then(() => true), wait(300).then(() => false)])
      if (!drained) break
    }
    expect(sent).toBeLessThan(50)
    far[0]?.resume()
    await once(socket, 'drain')
  })

  it('tells of a busy connection twice a second at most', async () => {
    const { id, localPort } = await open()
    const socket = dial(localPort)
    socket.resume()
    const before = events
    const began = performance.now()
    while (performance.now() - began < 1200) {
      socket.write('x')
      await wait(10)
    }
    expect(shown.get(id)?.connections).toBe(1)
    expect(shown.get(id)?.bytes).toBeGreaterThan(50)
    expect(events - before).toBeGreaterThanOrEqual(2)
    expect(events - before).toBeLessThanOrEqual(4)
    socket.destroy()
    await until('its end', () => shown.get(id)?.connections === 0)
    await until('the far end', () => far[0]?.closed)
  })

  it('listens on the loopback alone', async () => {
    const { localPort } = await open()
    const others = Object.values(networkInterfaces())
      .flat()
      .flatMap((face) => (face === undefined || face.internal ? [] : [face.address]))
    for (const host of [...others, '::1']) {
      const socket = dial(localPort, host)
      const [reason] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
      expect(reason.code).toMatch(/ECONNREFUSED|EADDRNOTAVAIL|EINVAL|ENETUNREACH|EHOSTUNREACH/)
    }
  })

  it('is told where its port is taken', async () => {
    const { localPort } = await open()
    expect(await failure(open(localPort))).toMatchObject({ code: 'PORT_TAKEN', data: { port: localPort } })
    await close([...shown.keys()][0] ?? '')
    expect((await open(localPort)).localPort).toBe(localPort)
  })

  it('waits for the session, and says why a connection could not be made until one is', async () => {
    const { id, localPort } = await open()
    ssh.before = (signal) => wait(10_000, signal)
    const late = dial(localPort)
    const [reason] = (await once(late, 'error')) as [NodeJS.ErrnoException]
    expect(reason.code).toBe('ECONNRESET')
    await until('the reason', () => shown.get(id)?.error)
    expect(shown.get(id)?.error).toMatchObject({ code: 'SSH_FAILED', data: { reason: 'timed-out' } })

    ssh.before = () =>
      Promise.reject(appError('SSH_FAILED', { host: 'h', reason: 'forwarding-forbidden', detail: '' }, 'forbidden'))
    dial(localPort)
    await until('the other reason', () => JSON.stringify(shown.get(id)?.error).includes('forbidden'))

    ssh.before = (signal) => wait(200, signal)
    const socket = dial(localPort)
    socket.write('in time')
    expect(String((await once(socket, 'data'))[0])).toBe('in time')
    await until('no reason', () => shown.get(id)?.error === undefined)
    socket.destroy()
  })

  it('ends its connections when it is closed, when its site goes, and at the end', async () => {
    const one = await open(undefined, 'one')
    const two = await open(undefined, 'two')
    const sockets = [one, two].map(({ localPort }) => connect(localPort, '127.0.0.1'))
    for (const socket of sockets) {
      socket.write('here')
      await once(socket, 'data')
    }
    await close(one.id)
    await until('the first ends', () => sockets[0]?.closed && far[0]?.closed)
    await once(dial(one.localPort), 'error')
    expect((await failure(close(one.id)))?.code).toBe('NOT_FOUND')
    sites.set('one')
    await until('the second ends', () => sockets[1]?.closed && far[1]?.closed)
    expect(shown.size).toBe(0)
    expect((await failure(open(undefined, 'two')))?.code).toBe('NOT_FOUND')
    const last = await open()
    await forwards.close()
    await once(dial(last.localPort), 'error')
  })

  it('is one of thirty-two, for a site that is reached by SSH', async () => {
    expect((await failure(open(undefined, 'web')))?.code).toBe('CONFLICT')
    const all = await Promise.all(Array.from({ length: 33 }, () => failure(open())))
    expect(all.filter((value) => value?.code === 'CONFLICT')).toHaveLength(1)
  })
})
