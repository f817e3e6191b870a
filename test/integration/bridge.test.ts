import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { type Bridge, openBridge } from '../../src/core/ssh/bridge.ts'

const agent = fileURLToPath(new URL('../../agent/src/server.ts', import.meta.url))
const MIB = 2 ** 20

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end()
})

interface Started {
  bridge: Bridge
  child: ChildProcess
  stderr: () => string
}

/** The program as a head node runs it, after a shell that says something first. */
async function start(): Promise<Started> {
  const command = `echo 'Welcome to the cluster'; exec "$0" "$1" bridge`
  const child = spawn('/bin/sh', ['-c', command, process.execPath, agent], { stdio: 'pipe' })
  let said = ''
  child.stderr.on('data', (bytes: Buffer) => (said += String(bytes)))
  endings.push(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  })
  const opened = await openBridge(Duplex.from({ readable: child.stdout, writable: child.stdin }), { host: 'head' })
  endings.push(() => opened.close())
  const stream: Bridge['stream'] = async (...call) => {
    // Those that are still open when a test ends are cut, which is no news.
    return (await opened.stream(...call)).on('error', () => undefined)
  }
  const bridge = { ...opened, stream }
  return { bridge, child, stderr: () => said }
}

/** Listens on a port, or on the socket of this path. */
async function listen(onSocket: (socket: Socket) => void, path?: string): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket)).on('error', () => undefined)
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

const local = (port: number) => ({ host: '127.0.0.1', port })
const echo = (socket: Socket) => void socket.pipe(socket)

async function digestOf(stream: Duplex): Promise<string> {
  const hash = createHash('sha256')
  stream.on('data', (bytes: Buffer) => hash.update(bytes))
  await once(stream, 'end')
  return hash.digest('hex')
}

/** Writes as fast as it is taken, then ends; answers with the digest of what it wrote. */
async function sendRandom(stream: Duplex, bytes: number): Promise<string> {
  const hash = createHash('sha256')
  for (let left = bytes; left > 0;) {
    const piece = randomBytes(Math.min(left, 1 + Math.floor(Math.random() * 200_000)))
    left -= piece.length
    hash.update(piece)
    if (!stream.write(piece)) await once(stream, 'drain')
  }
  stream.end()
  return hash.digest('hex')
}

/** MiB resident. */
function memoryOf(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

test('many streams at once, both ways, arrive whole', async () => {
  const { bridge, stderr } = await start()
  const port = await listen(echo)
  const pairs = await Promise.all(
    Array.from({ length: 24 }, async (_none, number) => {
      const stream = await bridge.stream(local(port))
      return Promise.all([sendRandom(stream, number * 300_000), digestOf(stream)])
    }),
  )
  for (const [sent, received] of pairs) expect(received).toBe(sent)
  expect(stderr()).toBe('')
})

test('goes on where both ends send all they can', async () => {
  const { bridge } = await start()
  const received: Promise<string>[] = []
  const sent: Promise<string>[] = []
  const port = await listen((socket) => {
    received.push(digestOf(socket))
    sent.push(sendRandom(socket, 48 * MIB))
  })
  const streams = await Promise.all([bridge.stream(local(port)), bridge.stream(local(port))])
  const ours = await Promise.all(streams.map((stream) => Promise.all([digestOf(stream), sendRandom(stream, 48 * MIB)])))
  expect(ours.map(([got]) => got).toSorted()).toEqual((await Promise.all(sent)).toSorted())
  expect(ours.map(([, gave]) => gave).toSorted()).toEqual((await Promise.all(received)).toSorted())
})

test('a reader that does not read stalls nobody else and fills no memory', async () => {
  const { bridge, child } = await start()
  let sent = 0
  const piece = Buffer.alloc(65_536, 1)
  const flood = await listen((socket) => {
    const more = (): void => {
      do sent += piece.length
      while (socket.write(piece))
    }
    socket.on('drain', more)
    more()
  })
  const port = await listen(echo)
  const warm = await bridge.stream(local(port))
  await Promise.all([sendRandom(warm, 16 * MIB), digestOf(warm)])
  const before = { ours: memoryOf(process.pid), theirs: memoryOf(child.pid) }
  const slow = await Promise.all([1, 2, 3].map(() => bridge.stream(local(flood))))
  // And one whose target does not read what we send.
  const deaf = await bridge.stream(local(await listen((socket) => socket.pause())))
  let given = 0
  while (given < 256 * MIB && deaf.write(piece)) given += piece.length
  const refill = (): void => {
    do given += piece.length
    while (given < 256 * MIB && deaf.write(piece))
  }
  deaf.on('drain', refill)

  const stream = await bridge.stream(local(port))
  const started = performance.now()
  const [gave, got] = await Promise.all([sendRandom(stream, 64 * MIB), digestOf(stream)])
  expect(got).toBe(gave)
  const seconds = (performance.now() - started) / 1000
  expect(seconds).toBeLessThan(20)
  // What is under way: a window for each, the pipes, and the buffers of the sockets in the kernel.
  expect(given).toBeLessThan(32 * MIB)
  expect(sent).toBeLessThan(3 * 32 * MIB)
  expect(memoryOf(child.pid) - before.theirs).toBeLessThan(100)
  expect(memoryOf(process.pid) - before.ours).toBeLessThan(150)
  for (const each of [...slow, deaf]) each.destroy()
})

test('what was held back arrives when it is read after all', async () => {
  const { bridge } = await start()
  let sent: Promise<string> = Promise.resolve('')
  const port = await listen((socket) => {
    sent = sendRandom(socket, 20 * MIB)
  })
  const stream = await bridge.stream(local(port))
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(await digestOf(stream)).toBe(await sent)
})

test('200 short streams', async () => {
  const { bridge } = await start()
  const port = await listen((socket) => {
    let question = ''
    socket.on('data', (bytes: Buffer) => (question += String(bytes))).on('end', () => socket.end(`re: ${question}`))
  })
  const answers = await Promise.all(
    Array.from({ length: 200 }, async (_none, number) => {
      const stream = await bridge.stream(local(port))
      stream.end(`question ${number}`)
      let answer = ''
      stream.on('data', (bytes: Buffer) => (answer += String(bytes)))
      await once(stream, 'end')
      return answer
    }),
  )
  expect(answers).toEqual(answers.map((_none, number) => `re: question ${number}`))
})

test('more streams than may be open wait their turn', async () => {
  const { bridge } = await start()
  const port = await listen((socket) => socket.resume().once('end', () => socket.end()))
  let opened = 0
  const opening = Array.from({ length: 300 }, async () => {
    const stream = await bridge.stream(local(port))
    opened += 1
    return stream.resume()
  })
  await expect.poll(() => opened).toBe(256)
  const first = await Promise.all(opening.slice(0, 256))
  for (const stream of first) stream.end()
  const rest = await Promise.all(opening.slice(256))
  expect(rest).toHaveLength(44)
})

test('a unix socket, and a port where nobody listens', async () => {
  const { bridge } = await start()
  const folder = mkdtempSync(join(tmpdir(), 'headway-'))
  endings.push(() => rmSync(folder, { recursive: true }))
  const socketPath = join(folder, 'agent.sock')
  await listen(echo, socketPath)
  const stream = await bridge.stream({ socketPath })
  const [sent, received] = await Promise.all([sendRandom(stream, 3 * MIB), digestOf(stream)])
  expect(received).toBe(sent)
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  await expect(bridge.stream(local(port))).rejects.toMatchObject({
    value: { code: 'SSH_FAILED', data: { host: 'head', reason: 'refused', detail: `127.0.0.1:${port}: ECONNREFUSED` } },
  })
})

test('a program killed in the middle fails every stream, none of which takes its part for the whole', async () => {
  const { bridge, child } = await start()
  const port = await listen((socket) => void sendRandom(socket, 512 * MIB).catch(() => undefined))
  const streams = await Promise.all([1, 2, 3].map(() => bridge.stream(local(port))))
  const ends = streams.map(
    (stream) =>
      new Promise((resolve) => {
        let failure: unknown = 'none'
        stream.on('error', (error) => (failure = error)).once('close', () => resolve(failure))
        stream.resume()
      }),
  )
  const [first] = streams
  if (first !== undefined) await once(first, 'data')
  child.kill('SIGKILL')
  for (const end of await Promise.all(ends)) {
    expect(end).toMatchObject({ value: { code: 'SSH_FAILED', data: { reason: 'closed' } } })
  }
  expect(streams.map((stream) => stream.readableEnded)).toEqual([false, false, false])
  await bridge.closed
})

test('the program ends by itself when its input does, and lets its targets go', async () => {
  const { bridge, child, stderr } = await start()
  let open = 0
  const port = await listen((socket) => {
    open += 1
    socket.resume().once('close', () => (open -= 1))
  })
  const stream = await bridge.stream(local(port))
  stream.resume()
  await expect.poll(() => open).toBe(1)
  const ended = once(child, 'exit')
  bridge.close()
  expect(await ended).toEqual([0, null])
  await expect.poll(() => open).toBe(0)
  expect(stderr()).toBe('')
})
