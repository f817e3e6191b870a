import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { MessageChannel } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { appError } from '../../../../src/core/kit/app-error.ts'
import { serveViewer } from '../../../../src/core/host-kit/index.ts'
import type { ByteChannel } from '../../../../src/renderer/boot/byte-channel.ts'
import { channelOverPort } from '../../../../src/renderer/boot/port-channel.ts'
import { bytesOverPort, bytesWindow } from '../../../../src/rpc/bytes-port.ts'
import { portFromMessagePort } from '../../../../src/rpc/message-port.ts'

/** A page's channel over a real MessagePort, joined with a real TCP connection. */
let server: Server
let accepted: Promise<Socket>
const ports: { close(): void }[] = []
const warned: unknown[] = []
const log = {
  debug: () => undefined,
  info: () => undefined,
  warn: (...line: unknown[]) => void warned.push(line),
  error: (...line: unknown[]) => void warned.push(line),
}

beforeEach(async () => {
  warned.length = 0
  server = createServer()
  accepted = once(server, 'connection').then(([socket]) => socket as Socket)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  for (const port of ports.splice(0)) port.close()
  server.close()
})

async function stream(): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

/** A channel has `on…` alone, as noVNC sets them. */
const listen = (
  channel: ByteChannel,
  listeners: Partial<Pick<ByteChannel, 'onopen' | 'onmessage' | 'onclose' | 'onerror'>>,
): ByteChannel => Object.assign(channel, listeners)

/** The page's end; `take` as the core's. */
function open(take: () => Promise<Duplex>) {
  const { port1, port2 } = new MessageChannel()
  ports.push(port1, port2)
  const ours = portFromMessagePort(port1)
  const joined = serveViewer((listener) => bytesOverPort(ours, listener), take, log)
  const channel = channelOverPort(Promise.resolve(portFromMessagePort(port2)))
  const closed = new Promise<CloseEvent>((resolve) => listen(channel, { onclose: resolve }))
  return { channel, closed, joined, port: port2 }
}
/** Everything the page hears, from now on. */
function hear(channel: ReturnType<typeof open>['channel']): { bytes: () => Buffer } {
  const pieces: Buffer[] = []
  listen(channel, { onmessage: ({ data }) => void pieces.push(Buffer.from(data as ArrayBuffer)) })
  return { bytes: () => Buffer.concat(pieces) }
}

describe('a viewer over a port', () => {
  test('passes bytes both ways, and ends when the stream does', async () => {
    const { channel, closed } = open(stream)
    const opened = new Promise((resolve) => listen(channel, { onopen: resolve }))
    const heard = hear(channel)
    expect(channel.readyState).toBe('connecting')
    expect(() => channel.send(new Uint8Array(1))).toThrow('not open')
    await opened
    expect(channel.readyState).toBe('open')
    const other = await accepted
    other.on('data', (data) => void other.write(data))
    // A part of a larger memory that is used again at once, as noVNC does.
    const memory = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251)
    channel.send(new Uint8Array(memory.buffer, 1000, 150_000))
    const sent = Buffer.from(memory.subarray(1000, 151_000))
    memory.fill(0)
    await vi.waitUntil(() => heard.bytes().length === sent.length, { timeout: 10_000 })
    expect(heard.bytes().equals(sent)).toBe(true)
    other.end('last words')
    expect(await closed).toMatchObject({ code: 1000, wasClean: true })
    expect(heard.bytes().subarray(sent.length).toString()).toBe('last words')
    expect(channel.readyState).toBe('closed')
    expect(warned).toEqual([])
  })

  test('a page that closes ends the stream, after what it sent', async () => {
    const { channel, closed } = open(stream)
    listen(channel, { onmessage: () => undefined })
    const other = await accepted
    const got: Buffer[] = []
    other.on('data', (data) => void got.push(data))
    await new Promise((resolve) => listen(channel, { onopen: resolve }))
    channel.send(new TextEncoder().encode('key let go'))
    channel.close()
    await once(other, 'end')
    expect(Buffer.concat(got).toString()).toBe('key let go')
    expect((await closed).code).toBe(1000)
    expect(() => channel.send(new Uint8Array(1))).not.toThrow()
  })

  test('a page that is gone ends the stream', async () => {
    const { channel, port } = open(stream)
    listen(channel, { onmessage: () => undefined })
    const other = await accepted
    other.resume()
    port.close()
    await once(other, 'close')
  })

  test('a page that goes while the ticket is redeemed leaves no stream behind', async () => {
    let give: ((socket: Socket) => void) | undefined
    const { channel, joined } = open(() => new Promise((resolve) => (give = resolve)))
    channel.close()
    const socket = await stream()
    await vi.waitUntil(() => channel.readyState === 'closed', { timeout: 10_000 })
    await new Promise((resolve) => setTimeout(resolve, 20))
    give?.(socket)
    await joined
    await once(socket, 'close')
  })

  test('a stream that breaks closes the page’s channel as failed, and the log says why', async () => {
    const { channel, closed } = open(stream)
    listen(channel, { onmessage: () => undefined })
    const other = await accepted
    other.resetAndDestroy()
    expect(await closed).toMatchObject({ code: 1011 })
    expect(JSON.stringify(warned)).toContain('ECONNRESET')
  })

  test('refusals are told apart', async () => {
    const none = open(() => Promise.reject(appError('NOT_FOUND', { what: 'desktop', id: 'ticket' }, 'none')))
    expect((await none.closed).code).toBe(4404)
    expect(warned).toEqual([])
    const broken = open(() => Promise.reject(new Error('the way is cut')))
    expect((await broken.closed).code).toBe(1011)
    expect(JSON.stringify(warned)).toContain('the way is cut')
  })

  test('a port that never comes closes the channel', async () => {
    const channel = channelOverPort(Promise.reject(new Error('no port')))
    const failed = vi.fn()
    listen(channel, { onerror: failed })
    const event = await new Promise<CloseEvent>((resolve) => listen(channel, { onclose: resolve }))
    expect(event).toMatchObject({ code: 1006, wasClean: false })
    expect(failed).toHaveBeenCalledOnce()
  })
})

describe('back-pressure', () => {
  test('a page without a listener takes nothing, and the stream is not read on', async () => {
    const { channel } = open(stream)
    const other = await accepted
    const chunk = Buffer.alloc(64 * 1024, 7)
    const total = 64 * 1024 * 1024
    let written = 0
    const fill = (): void => {
      while (written < total && other.write(chunk)) written += chunk.length
    }
    other.on('drain', fill)
    fill()
    // Until nothing moves: what the kernel and one side's buffers hold.
    let before = -1
    await vi.waitUntil(
      () => {
        const still = other.bytesWritten === before
        before = other.bytesWritten
        return still
      },
      { interval: 200, timeout: 10_000 },
    )
    expect(other.bytesWritten - other.writableLength).toBeLessThan(total / 2)
    let heard = 0
    listen(channel, { onmessage: ({ data }) => void (heard += (data as ArrayBuffer).byteLength) })
    await vi.waitUntil(() => written >= total && heard >= written, { timeout: 10_000 })
    other.destroy()
  })

  test('a stream that takes nothing stops the page, and a page that goes on without end is cut off', async () => {
    const { channel, closed } = open(stream)
    listen(channel, { onmessage: () => undefined })
    const other = await accepted
    other.pause()
    await new Promise((resolve) => listen(channel, { onopen: resolve }))
    const piece = new Uint8Array(bytesWindow)
    for (let sent = 0; sent < 60 && channel.readyState === 'open'; sent += 1) {
      channel.send(piece)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect((await closed).code).toBe(1006)
    other.destroy()
  })
})
