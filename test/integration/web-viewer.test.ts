import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { bytesOverWebSocket } from '../../src/web/viewer.ts'
import { startViewerHost, type ViewerHost } from '../helpers/viewer-host.ts'

/** The Node host's server, a real WebSocket client, and a real TCP server as the desktop. */
const MB = 1024 * 1024
let host: ViewerHost
let desktop: Server
let accepted: Promise<Socket>

beforeEach(async () => {
  host = await startViewerHost()
  desktop = createServer()
  accepted = once(desktop, 'connection').then(([socket]) => {
    const connection = socket as Socket
    connection.on('error', () => undefined)
    return connection
  })
  await new Promise<void>((resolve) => desktop.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  await host.close()
  desktop.close()
})

const stream = async (): Promise<Socket> => {
  const socket = connect((desktop.address() as AddressInfo).port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}
async function opened(ticket = host.ticket(stream)): Promise<WebSocket> {
  const socket = await host.open(ticket)
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`)
  return socket
}
const codeOf = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => socket.once('close', (code) => resolve(code)))

/** Waits until a figure has stood still for a while; gives it. */
async function calm(figure: () => number): Promise<number> {
  let before = -1
  await vi.waitUntil(
    () => {
      const now = figure()
      const still = now === before
      before = now
      return still
    },
    { interval: 300, timeout: 20_000 },
  )
  return before
}

/** 64 KiB that differ from the next. */
function block(index: number): Buffer {
  const bytes = Buffer.alloc(64 * 1024, index % 251)
  bytes.writeUInt32BE(index)
  return bytes
}
/** Writes `blocks` as fast as they are taken, then ends. */
async function flood(to: Socket, blocks: number): Promise<string> {
  const hash = createHash('sha256')
  for (let index = 0; index < blocks; index += 1) {
    const bytes = block(index)
    hash.update(bytes)
    if (!to.write(bytes)) await once(to, 'drain')
  }
  to.end()
  return hash.digest('hex')
}

describe('back-pressure', () => {
  test('200 MB to a page that stops reading for a while: nothing is lost, and memory stays small', async () => {
    const socket = await opened()
    const hash = createHash('sha256')
    let got = 0
    socket.on('message', (data: Buffer, binary) => {
      expect(binary).toBe(true)
      hash.update(data)
      got += data.length
      if (got > 20 * MB && !stopped) {
        stopped = true
        socket.pause()
      }
    })
    let stopped = false
    const ended = codeOf(socket)
    const other = await accepted
    const before = process.memoryUsage().rss
    let most = 0
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss - before)), 20)
    const sent = flood(other, 3200)
    await vi.waitUntil(() => stopped, { timeout: 20_000 })
    const waiting = (await calm(() => other.bytesWritten - other.writableLength)) - got
    // What the kernel holds of two connections, and what the host does.
    expect(waiting).toBeLessThan(40 * MB)
    socket.resume()
    expect(await ended).toBe(1000)
    clearInterval(watch)
    expect(got).toBe(3200 * 64 * 1024)
    expect(hash.digest('hex')).toBe(await sent)
    expect(most).toBeLessThan(160 * MB)
  })

  test('40 MB from a page to a desktop that stops reading for a while', async () => {
    const socket = await opened()
    const other = await accepted
    other.pause()
    const hash = createHash('sha256')
    let sent = 0
    const sending = (async () => {
      for (let index = 0; index < 640; index += 1) {
        const bytes = block(index)
        hash.update(bytes)
        await new Promise((resolve) => socket.send(bytes, resolve))
        sent += bytes.length
      }
    })()
    expect(await calm(() => sent)).toBeLessThan(40 * MB)
    const got = createHash('sha256')
    let length = 0
    other.on('data', (data) => {
      got.update(data)
      length += data.length
    })
    other.resume()
    await sending
    await vi.waitUntil(() => length === 640 * 64 * 1024, { timeout: 20_000 })
    expect(got.digest('hex')).toBe(hash.digest('hex'))
    socket.close()
  })

  test('a page that vanishes while it is stopped does not keep its stream', async () => {
    const ended: string[] = []
    const page = await stalled((how) => ended.push(how))
    // Stopped: neither a close frame nor the end of the connection is read.
    await calm(() => page.bufferedAmount)
    page.terminate()
    await vi.waitUntil(() => ended.length > 0, { timeout: 10_000 })
    expect(ended).toEqual(['gone'])
  })
})

/** A page's connection at an end that takes nothing, and asks often whether it is there. */
async function stalled(ended: (how: string) => void): Promise<WebSocket> {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(sockets, 'listening')
  const page = new WebSocket(`ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`)
  page.on('error', () => undefined)
  const [socket] = (await once(sockets, 'connection')) as [WebSocket]
  socket.on('error', () => undefined)
  bytesOverWebSocket(socket, { data: () => undefined, ended }, 50).accept()
  if (page.readyState !== WebSocket.OPEN) await once(page, 'open')
  for (let sent = 0; sent < 24; sent += 1) page.send(Buffer.alloc(MB))
  sockets.close()
  return page
}

describe('the end', () => {
  test('of the page ends the stream, after what the page sent', async () => {
    const socket = await opened()
    const other = await accepted
    const got: Buffer[] = []
    other.on('data', (data) => void got.push(data))
    socket.send(Buffer.from('key let go'))
    socket.close()
    await once(other, 'end')
    expect(Buffer.concat(got).toString()).toBe('key let go')
  })

  test('of the page’s process ends the stream', async () => {
    const socket = await opened()
    const other = await accepted
    other.resume()
    socket.terminate()
    await once(other, 'close')
  })

  test('of the stream ends the page’s connection: after its last bytes, or as failed', async () => {
    const socket = await opened()
    const got: Buffer[] = []
    socket.on('message', (data: Buffer) => void got.push(data))
    const code = codeOf(socket)
    const first = await accepted
    first.end('last words')
    expect(await code).toBe(1000)
    expect(Buffer.concat(got).toString()).toBe('last words')

    accepted = once(desktop, 'connection').then(([again]) => again as Socket)
    const failing = codeOf(await opened())
    ;(await accepted).resetAndDestroy()
    expect(await failing).toBe(1011)
    expect(await host.log()).toContain('ECONNRESET')
  })

  test('of a way that cannot be opened is told as failed', async () => {
    expect(await codeOf(await opened(host.ticket(() => Promise.reject(new Error('no way')))))).toBe(1011)
  })

  test('of the host ends them all', async () => {
    const socket = await opened()
    const other = await accepted
    other.resume()
    const ends = Promise.all([codeOf(socket), once(other, 'close')])
    await host.close()
    expect((await ends)[0]).toBe(1006)
    host = await startViewerHost()
  })
})

describe('who may have them', () => {
  test('neither a wrong bearer nor another origin, and the ticket stays good', async () => {
    const ticket = host.ticket(stream)
    expect(await host.open(ticket, { bearer: 'wrong' })).toBe(401)
    expect(await host.open(ticket, { origin: 'https://a.example' })).toBe(403)
    const socket = await opened(ticket)
    const echoed = new Promise((resolve) => socket.once('message', (data: Buffer) => resolve(data.toString())))
    ;(await accepted).write('RFB 003.008\n')
    expect(await echoed).toBe('RFB 003.008\n')
    socket.close()
  })

  test('a ticket is good once, and stands in no log', async () => {
    const ticket = host.ticket(stream)
    const first = await opened(ticket)
    await accepted
    expect(await codeOf(await opened(ticket))).toBe(4404)
    expect(first.readyState).toBe(WebSocket.OPEN)
    const broken = host.ticket(() => Promise.reject(new Error('no way')))
    await codeOf(await opened(broken))
    const log = await host.log()
    expect(log).toContain('no way')
    for (const secret of [ticket, broken]) expect(log).not.toContain(secret)
    first.close()
  })

  test('texts are refused and end the stream', async () => {
    const socket = await opened()
    const other = await accepted
    const ends = Promise.all([codeOf(socket), once(other, 'close')])
    const got: Buffer[] = []
    other.on('data', (data) => void got.push(data))
    socket.send('text')
    expect((await ends)[0]).toBe(1003)
    expect(got).toEqual([])
  })
})
