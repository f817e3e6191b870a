import { randomBytes } from 'node:crypto'
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { duplexPair } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { serveBridge } from '../../../../agent/src/bridge/index.ts'

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end()
})

/** A client of Node's own, so that what is no business of ours to send can be sent. */
function open(): { session: ClientHttp2Session; done: Promise<void> } {
  const [near, far] = duplexPair()
  const done = serveBridge(far)
  const session = connect('http://bridge', { createConnection: () => near })
  session.on('error', () => undefined)
  endings.push(() => session.destroy())
  return { session, done }
}

async function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined)
    onSocket(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endings.push(() => server.close())
  return (server.address() as AddressInfo).port
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function answer(session: ClientHttp2Session, headers: OutgoingHttpHeaders): Promise<Record<string, unknown>> {
  const stream = session.request(headers, { endStream: false })
  stream.on('error', () => undefined)
  return new Promise((resolve, reject) => {
    stream.once('response', ({ ':status': status, 'headway-error': error }) => resolve({ status, error }))
    stream.once('close', () => reject(new Error(`no answer, code ${stream.rstCode}`)))
  })
}

test('answers 400 to what it does not understand', async () => {
  const { session } = open()
  const bad = { status: 400, error: undefined }
  expect(await answer(session, { ':method': 'CONNECT', ':authority': 'nowhere' })).toEqual(bad)
  expect(await answer(session, { ':method': 'CONNECT', ':authority': 'socket', 'headway-socket': 'a.sock' })).toEqual(
    bad,
  )
  expect(await answer(session, { ':method': 'GET', ':path': '/etc/passwd' })).toEqual(bad)
  expect(await answer(session, { ':method': 'POST', ':path': '/' })).toEqual(bad)
})

test('answers 502 with the reason of the system', async () => {
  const { session } = open()
  const port = await freePort()
  const refused = await answer(session, { ':method': 'CONNECT', ':authority': `127.0.0.1:${port}` })
  expect(refused).toEqual({ status: 502, error: 'ECONNREFUSED' })
  const socket = { ':method': 'CONNECT', ':authority': 'socket', 'headway-socket': '/nowhere/agent.sock' }
  expect(await answer(session, socket)).toEqual({ status: 502, error: 'ENOENT' })
  const long = { ...socket, 'headway-socket': `/${'long/'.repeat(100)}` }
  expect(await answer(session, long)).toMatchObject({ status: 502 })
  const unknown = { ':method': 'CONNECT', ':authority': 'no-such-host.invalid:80' }
  expect(await answer(session, unknown)).toMatchObject({ status: 502, error: expect.stringMatching(/^E/) as string })
})

test('takes a client that resets for no end of the bytes', async () => {
  const { session } = open()
  const seen = { ended: false, error: '' }
  const accepted: Socket[] = []
  const port = await listen((socket) => {
    socket.on('error', (error: NodeJS.ErrnoException) => (seen.error = error.code ?? ''))
    socket.on('end', () => (seen.ended = true)).resume()
    accepted.push(socket)
  })
  const stream = session.request({ ':method': 'CONNECT', ':authority': `127.0.0.1:${port}` }, { endStream: false })
  stream.on('error', () => undefined)
  stream.write('half of a file')
  await expect.poll(() => accepted[0]?.bytesRead).toBe('half of a file'.length)
  stream.destroy(new Error('given up'))
  await expect.poll(() => accepted[0]?.closed).toBe(true)
  expect(seen).toEqual({ ended: false, error: 'ECONNRESET' })
})

test('frees the target of a client that ends and then resets', async () => {
  const { session } = open()
  const accepted: Socket[] = []
  const port = await listen((socket) => void accepted.push(socket.resume()))
  const stream = session.request({ ':method': 'CONNECT', ':authority': `127.0.0.1:${port}` }, { endStream: false })
  stream.on('error', () => undefined)
  stream.end('all of a file')
  await expect.poll(() => accepted[0]?.readableEnded).toBe(true)
  stream.destroy(new Error('given up'))
  // It has not ended its own side yet; what it writes shows that nobody takes it any more.
  await expect
    .poll(() => {
      accepted[0]?.write('x')
      return accepted[0]?.destroyed
    })
    .toBe(true)
})

test('lets go of its targets when the peer is gone', async () => {
  const { session, done } = open()
  const gone = new Promise<void>((resolve) => {
    void listen((socket) => socket.on('close', () => resolve())).then((port) =>
      answer(session, { ':method': 'CONNECT', ':authority': `127.0.0.1:${port}` }).then(() => session.destroy()),
    )
  })
  await Promise.all([done, gone])
})

test('gives up a peer that no longer answers, and only such a one', async () => {
  const [near, far] = duplexPair()
  // It has begun as HTTP/2 does, and then its machine lost its power.
  near.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])]))
  near.resume()
  const started = performance.now()
  await serveBridge(far, 50)
  expect(performance.now() - started).toBeGreaterThan(150)

  const [client, server] = duplexPair()
  let gone = false
  void serveBridge(server, 20).then(() => (gone = true))
  const session = connect('http://bridge', { createConnection: () => client })
  endings.push(() => session.destroy())
  await delay(300)
  expect(gone).toBe(false)
})

test('survives whatever is no HTTP/2', async () => {
  const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])
  for (let round = 0; round < 200; round++) {
    const [near, far] = duplexPair()
    const done = serveBridge(far)
    near.on('error', () => undefined).resume()
    const garbage = randomBytes(1 + Math.floor(Math.random() * 2000))
    // Half of them begin as HTTP/2 does, so that its frames are what is damaged.
    near.write(round % 2 === 0 ? garbage : Buffer.concat([preface, settings, frame(garbage)]))
    if (round % 3 === 0) await delay(1)
    near.end()
    await done
  }
})

/** A frame (RFC 9113, section 4.1) of a random type whose length is right and whose content is not. */
function frame(payload: Buffer): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = Math.floor(Math.random() * 11)
  head[4] = Math.floor(Math.random() * 256)
  head.writeUInt32BE(Math.floor(Math.random() * 4), 5)
  return Buffer.concat([head, payload])
}
