import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createHttpServer } from 'node:http'
import { Duplex } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { AppError } from '../../../../src/core/kit/app-error.ts'
import { sshFailure } from '../../../../src/core/ssh/failure.ts'
import { createHttp } from '../../../../src/core/agent-client/http.ts'
import { isTemporary } from '../../../../src/core/agent-client/live.ts'
import { tunnelTransport } from '../../../../src/core/agent-client/tunnel.ts'
import { until } from '../../../helpers/core.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0).toReversed()) close()
})
async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  return (server.address() as AddressInfo).port
}
/** A stream that is no socket, as a channel of SSH is none. */
function channel(port: number): Duplex {
  // A channel's other half stays open until it is ended, too.
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const stream = new Duplex({
    read: () => void socket.resume(),
    write: (chunk, _encoding, done) => void socket.write(chunk, () => done()),
    final: (done) => void socket.end(() => done()),
    destroy: (error, done) => {
      socket.destroy()
      done(error)
    },
  })
  socket.on('data', (chunk) => {
    if (!stream.push(chunk)) socket.pause()
  })
  socket.on('end', () => stream.push(null)).on('close', () => stream.destroy())
  socket.on('error', () => undefined)
  return stream
}
const timeouts = { connectMs: 2000, answerMs: 300 }
const nothing = (): void => undefined

describe('an agent at the end of a tunnel', () => {
  it('is not asked over a kept stream that it has ended', async () => {
    const server = createHttpServer((request, response) => request.pipe(response))
    const sockets = new Set<Socket>()
    server.on('connection', (socket: Socket) => sockets.add(socket))
    const port = await listening(server)
    const opened: Duplex[] = []
    const transport = tunnelTransport(() => {
      opened.push(channel(port))
      return Promise.resolve(opened.at(-1) ?? channel(port))
    }, 2000)
    closing.push(() => transport.close())
    const http = createHttp(transport, 'site', timeouts, nothing)
    for (let round = 1; round <= 3; round += 1) {
      expect((await http.ask({ method: 'POST', path: '/', json: round })).body).toBe(String(round))
      expect(opened).toHaveLength(round)
      // As a server does with one that has been idle for a while.
      for (const socket of sockets) socket.end()
      await until('the end', () => opened.every((stream) => stream.destroyed))
    }
  })

  it('answers over one kept stream, large bodies both ways', async () => {
    const server = createHttpServer((request, response) => {
      if (request.method === 'GET') response.end('hello')
      else request.pipe(response)
    })
    const port = await listening(server)
    let opened = 0
    const transport = tunnelTransport(() => {
      opened += 1
      return Promise.resolve(channel(port))
    }, 2000)
    closing.push(() => transport.close())
    const http = createHttp(transport, 'site', timeouts, nothing)
    for (let round = 0; round < 3; round += 1) expect((await http.ask({ method: 'GET', path: '/' })).body).toBe('hello')
    expect(opened).toBe(1)
    const body = Buffer.alloc(8 * 1024 * 1024, 'x')
    const answer = await http.open({ method: 'PUT', path: '/', body })
    let size = 0
    for await (const chunk of answer.body) size += (chunk as Buffer).length
    expect(size).toBe(body.length)
  })

  it('is given up where nothing answers, and where no stream comes', async () => {
    const silent = await listening(createServer())
    const quiet = tunnelTransport(() => Promise.resolve(channel(silent)), 2000)
    closing.push(() => quiet.close())
    const began = performance.now()
    await expect(createHttp(quiet, 'site', timeouts, nothing).open({ method: 'GET', path: '/' })).rejects.toMatchObject(
      {
        value: { code: 'OFFLINE' },
      },
    )
    expect(performance.now() - began).toBeGreaterThanOrEqual(250)
    const none = tunnelTransport(
      (signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      100,
    )
    closing.push(() => none.close())
    await expect(createHttp(none, 'site', timeouts, nothing).ask({ method: 'GET', path: '/' })).rejects.toMatchObject({
      value: { code: 'OFFLINE' },
    })
  })

  it('is out of reach, which is waited out, whatever keeps the tunnel from being opened', async () => {
    const refused = sshFailure('alice@head', 'question', 'keyboard-interactive')
    const transport = tunnelTransport(() => Promise.reject(refused), 2000)
    closing.push(() => transport.close())
    const http = createHttp(transport, 'site', timeouts, nothing)
    for (const work of [http.ask({ method: 'GET', path: '/' }), http.open({ method: 'GET', path: '/' })]) {
      const error: unknown = await work.then(nothing, (reason: unknown) => reason)
      expect(error instanceof AppError && isTemporary(error)).toBe(true)
      expect(error).toMatchObject({ value: { code: 'OFFLINE' } })
    }
  })

  it('tells its events over the same tunnel', async () => {
    const server = createHttpServer()
    const sockets = new WebSocketServer({ server })
    sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(data)))
    const port = await listening(server)
    const transport = tunnelTransport(() => Promise.resolve(channel(port)), 2000)
    closing.push(() => transport.close())
    const socket = new WebSocket(`${transport.url.replace(/^http/, 'ws')}/ws`, { agent: transport.agent })
    closing.push(() => socket.terminate())
    await new Promise((resolve) => socket.once('open', resolve))
    socket.send('x'.repeat(100_000))
    const said = await new Promise<Buffer>((resolve) => socket.once('message', (data) => resolve(data as Buffer)))
    expect(said.length).toBe(100_000)
  })
})
