import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { duplexPair, type Duplex } from 'node:stream'
import { afterEach, expect, test } from 'vitest'
import { serveBridge } from '../../../../agent/src/bridge/index.ts'
import { BRIDGE_GREETING } from '../../../../contract/agent/start.ts'
import { type Bridge, openBridge } from '../../../../src/core/ssh/bridge.ts'

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end()
})

async function bridged(): Promise<{ bridge: Bridge; carrier: Duplex }> {
  const [near, far] = duplexPair()
  far.write(BRIDGE_GREETING)
  void serveBridge(far)
  const bridge = await openBridge(near, { host: 'head' })
  endings.push(() => bridge.close())
  return { bridge, carrier: near }
}

/** Listens on a port, or on the socket of this path. */
async function listen(onSocket: (socket: Socket) => void, path?: string): Promise<number> {
  const sockets = new Set<Socket>()
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    onSocket(socket)
  })
  await new Promise<void>((resolve) => {
    if (path === undefined) server.listen(0, '127.0.0.1', resolve)
    else server.listen(path, resolve)
  })
  endings.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  return path === undefined ? (server.address() as AddressInfo).port : 0
}

/** Everything that comes until the end. (`node:stream/consumers` destroys the stream then, and half-open ones with it.) */
async function buffer(stream: Duplex): Promise<Buffer> {
  const pieces: Buffer[] = []
  stream.on('data', (piece: Buffer) => pieces.push(piece))
  await once(stream, 'end')
  return Buffer.concat(pieces)
}
const text = async (stream: Duplex): Promise<string> => (await buffer(stream)).toString()

const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
const failed = (reason: string, detail: string) => ({ value: { data: { host: 'head', reason, detail } } })
const echo = (socket: Socket) => void socket.pipe(socket)
const local = (port: number) => ({ host: '127.0.0.1', port })

/** Whatever ends the stream, as an error where it was one. */
const endOf = (stream: Duplex): Promise<unknown> =>
  new Promise((resolve) => {
    let failure: unknown
    stream.on('error', (error) => (failure = error)).once('close', () => resolve(failure))
  })

test('carries many streams at once, whole and apart', async () => {
  const { bridge } = await bridged()
  const port = await listen(echo)
  const sizes = [0, 1, 16_383, 16_384, 16_385, 65_536, 1 << 20, 5 << 20, 9 << 20, 3, 100_000, 1 << 18]
  const results = await Promise.all(
    sizes.map(async (size) => {
      const sent = randomBytes(size)
      const stream = await bridge.stream(local(port))
      stream.end(sent)
      return sha(await buffer(stream)) === sha(sent)
    }),
  )
  expect(results).toEqual(sizes.map(() => true))
})

test('goes on where both ends send more than fits under way', async () => {
  // Two HTTP/2 sessions of Node's without the transport in between stop for ever here.
  const { bridge } = await bridged()
  const big = randomBytes(24 << 20)
  const received: Promise<string>[] = []
  const port = await listen((socket) => {
    received.push(buffer(socket).then(sha))
    socket.end(big)
  })
  const streams = await Promise.all([1, 2, 3].map(() => bridge.stream(local(port))))
  const got = streams.map((stream) => {
    stream.end(big)
    return buffer(stream).then(sha)
  })
  expect(await Promise.all(got)).toEqual([sha(big), sha(big), sha(big)])
  expect(await Promise.all(received)).toEqual([sha(big), sha(big), sha(big)])
})

test('keeps a half-open stream: an answer after the end of the question', async () => {
  const { bridge } = await bridged()
  const port = await listen((socket) => void text(socket).then((question) => socket.end(`answer to ${question}`)))
  const stream = await bridge.stream(local(port))
  stream.end('a question')
  expect(await text(stream)).toBe('answer to a question')
})

test('and the other way: the target ends first and still listens', async () => {
  const { bridge } = await bridged()
  let heard: Promise<string> = Promise.resolve('')
  const port = await listen((socket) => {
    heard = text(socket)
    socket.end('bye')
  })
  const stream = await bridge.stream(local(port))
  expect(await text(stream)).toBe('bye')
  stream.end('last words')
  await once(stream, 'finish')
  await expect.poll(() => heard).toBe('last words')
})

test('reaches a unix socket, by a name in any script', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'headway-'))
  endings.push(() => rmSync(folder, { recursive: true }))
  const { bridge } = await bridged()
  const socketPath = join(folder, '솔버 1.sock')
  await listen(echo, socketPath)
  const stream = await bridge.stream({ socketPath })
  stream.end('over a socket')
  expect(await text(stream)).toBe('over a socket')
})

test('says why a target cannot be reached', async () => {
  const { bridge } = await bridged()
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  await expect(bridge.stream(local(port))).rejects.toMatchObject(failed('refused', `127.0.0.1:${port}: ECONNREFUSED`))
  await expect(bridge.stream({ socketPath: '/no/such.sock' })).rejects.toMatchObject(
    failed('unreachable', '/no/such.sock: ENOENT'),
  )
  await expect(bridge.stream({ socketPath: '/no\nheader' })).rejects.toMatchObject({
    value: { data: { reason: 'unreachable' } },
  })
  await expect(bridge.stream({ host: 'a b', port: 1 })).rejects.toMatchObject(
    failed('unreachable', 'a b:1: no such name'),
  )
})

test('resets the target where the stream is destroyed, and fails where the target resets', async () => {
  const { bridge } = await bridged()
  const ends: string[] = []
  let heard = 0
  const reading = await listen((socket) => {
    socket.on('end', () => ends.push('end')).on('error', ({ message }) => ends.push(message))
    socket.on('data', (piece: Buffer) => (heard += piece.length)).write('ready')
  })
  const stream = await bridge.stream(local(reading))
  await once(stream, 'data')
  stream.write('half of a file')
  // While bytes wait to go, Node's `close` would reset by chance.
  await expect.poll(() => heard).toBe('half of a file'.length)
  stream.destroy()
  await expect.poll(() => ends).toEqual(['read ECONNRESET'])
  const resetting = await listen((socket) => socket.once('data', () => socket.resetAndDestroy()))
  const other = await bridge.stream(local(resetting))
  const end = endOf(other)
  other.resume().write('x')
  expect(await end).toMatchObject({ value: { code: 'SSH_FAILED', data: { reason: 'closed' } } })
  expect(other.readableEnded).toBe(false)
})

test('a cut carrier fails every stream and what is asked later', async () => {
  const { bridge, carrier } = await bridged()
  const port = await listen((socket) => socket.resume())
  const streams = await Promise.all(Array.from({ length: 20 }, () => bridge.stream(local(port))))
  const ends = Promise.all(streams.map((stream) => endOf(stream.resume())))
  carrier.destroy()
  const closed = { value: { code: 'SSH_FAILED', data: { host: 'head', reason: 'closed' } } }
  for (const end of await ends) expect(end).toMatchObject(closed)
  await bridge.closed
  await expect(bridge.stream(local(port))).rejects.toMatchObject(closed)
  await expect(bridge.ping()).rejects.toMatchObject(closed)
})

test('closing it ends the streams, those that open too', async () => {
  const { bridge, carrier } = await bridged()
  const port = await listen((socket) => socket.resume())
  const stream = await bridge.stream(local(port))
  const end = endOf(stream.resume())
  const opening = bridge.stream(local(port))
  bridge.close()
  await expect(opening).rejects.toMatchObject({ value: { data: { reason: 'closed' } } })
  expect(await end).toMatchObject({ value: { data: { reason: 'closed' } } })
  await bridge.closed
  expect(carrier.destroyed).toBe(true)
})

test('a call that is called off rejects with the reason and leaves no connection', async () => {
  const { bridge } = await bridged()
  let open = 0
  const port = await listen((socket) => {
    open += 1
    socket.resume().once('close', () => (open -= 1))
  })
  const stop = new AbortController()
  const opening = bridge.stream(local(port), stop.signal)
  stop.abort(new Error('no longer wanted'))
  await expect(opening).rejects.toThrow('no longer wanted')
  await expect(bridge.stream(local(port), stop.signal)).rejects.toThrow('no longer wanted')
  const kept = new AbortController()
  const stream = await bridge.stream(local(port), kept.signal)
  kept.abort()
  stream.on('error', () => undefined).write('still open')
  await expect.poll(() => open).toBe(1)
})
