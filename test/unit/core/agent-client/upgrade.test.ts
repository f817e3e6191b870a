import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import type { SiteAgent } from '../../../../src/core/agent-client/index.ts'
import { until } from '../../../helpers/core.ts'
import { signedIn } from '../helpers/signed-in.ts'
import { startSmallAgent, type SmallAgent } from '../helpers/small-agent.ts'

const path = '/api/v2/desktops/7/rfb'
const protocols = ['rfb.headway.v1', 'share.Abcdefg1']
const never = new AbortController().signal

let agent: SmallAgent
let site: SiteAgent
let asked: IncomingMessage[]
const sockets = new WebSocketServer({ noServer: true })
/** The agent's end of each stream. */
let far: WebSocket[]

beforeEach(async () => {
  agent = await startSmallAgent()
  asked = []
  far = []
  agent.onUpgrade = (request, socket, head) => {
    asked.push(request)
    if (request.headers.authorization !== `Bearer ${agent.valid}`) return refuse(socket, 401, 'TOKEN_INVALID')
    sockets.handleUpgrade(request, socket, head, (opened) => far.push(opened))
  }
  site = await signedIn(agent.url)
})
afterEach(async () => {
  site.close()
  for (const socket of far) socket.terminate()
  await agent.close()
})
function refuse(socket: Duplex, status: number, code: string, details = {}): void {
  const body = JSON.stringify({ error: 'No.', code, details })
  socket.end(`HTTP/1.1 ${status} No\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
}

describe('a stream of an agent', () => {
  it('carries bytes both ways, as they are', async () => {
    const stream = await site.client.upgrade(path, { protocols, signal: never })
    expect(asked.map(({ url, headers }) => [url, headers['sec-websocket-protocol']])).toEqual([
      [path, protocols.join(',')],
    ])
    const [down, up] = [randomBytes(300_000), randomBytes(300_000)]
    const heard: Buffer[] = []
    far[0]?.on('message', (data: Buffer) => heard.push(data))
    for (let at = 0; at < down.length; at += 7001) far[0]?.send(down.subarray(at, at + 7001))
    stream.write(up)
    const got: Buffer[] = []
    stream.on('data', (chunk: Buffer) => got.push(chunk))
    await until(
      'all of it',
      () => Buffer.concat(got).length === down.length && Buffer.concat(heard).length === up.length,
    )
    expect(Buffer.concat(got).equals(down)).toBe(true)
    expect(Buffer.concat(heard).equals(up)).toBe(true)
    stream.destroy()
    await until('the end there', () => far[0]?.readyState === 3)
  })

  it('takes no more than is read, and no more is taken than the agent reads', async () => {
    const stream = await site.client.upgrade(path, { protocols, signal: never })
    const piece = Buffer.alloc(256 * 1024)
    let sent = 0
    let movedAt = performance.now()
    const send = (): void =>
      far[0]?.send(piece, () => {
        sent += piece.length
        movedAt = performance.now()
        if (sent < 64 * 2 ** 20) send()
      })
    send()
    await until('a standstill', () => performance.now() - movedAt > 300, 20_000)
    // What the system's own buffers take is not little.
    expect(sent).toBeLessThan(32 * 2 ** 20)
    stream.on('data', () => undefined)
    await until('the rest', () => sent >= 64 * 2 ** 20, 20_000)

    far[0]?.pause()
    let taken = 0
    const write = (): void =>
      void stream.write(piece, () => {
        taken += piece.length
        movedAt = performance.now()
        if (taken < 64 * 2 ** 20) write()
      })
    write()
    await until('a standstill', () => performance.now() - movedAt > 300, 20_000)
    expect(taken).toBeLessThan(32 * 2 ** 20)
    stream.destroy()
  })

  it('is asked for once more with a new token, and no third time', async () => {
    agent.valid = 'another'
    await site.client.upgrade(path, { protocols, signal: never })
    expect(asked).toHaveLength(2)
    expect(agent.renewals).toHaveLength(1)
    agent.onUpgrade = (request, socket) => {
      asked.push(request)
      refuse(socket, 401, 'TOKEN_INVALID')
    }
    await expect(site.client.upgrade(path, { protocols, signal: never })).rejects.toMatchObject({
      value: { code: 'SIGNED_OUT' },
    })
    expect(asked).toHaveLength(4)
  })

  it.each([
    [409, 'WRONG_STATE', {}, { code: 'CONFLICT' }],
    [409, 'CONFLICT', { reason: 'needs-ssh' }, { code: 'DESKTOP_UNREACHABLE', data: { reason: 'needs-ssh' } }],
    [404, 'NOT_FOUND', {}, { code: 'NOT_FOUND', data: { what: 'desktop', id: '7' } }],
    [403, 'FORBIDDEN', { permission: 'desktop:view' }, { code: 'FORBIDDEN' }],
    [502, 'BROKEN', {}, { code: 'AGENT', data: { status: 502 } }],
  ])('that is refused with %i %s says why', async (status, code, details, value) => {
    agent.onUpgrade = (_request, socket) => refuse(socket, status, code, details)
    await expect(site.client.upgrade(path, { protocols, signal: never })).rejects.toMatchObject({ value })
  })

  it('ends with the agent, and when it is not wanted any more before it is there', async () => {
    const stream = await site.client.upgrade(path, { protocols, signal: never })
    stream.resume()
    far[0]?.terminate()
    await once(stream, 'close')
    const wanted = new AbortController()
    agent.onUpgrade = () => wanted.abort(new Error('not wanted'))
    await expect(site.client.upgrade(path, { protocols, signal: wanted.signal })).rejects.toThrow('not wanted')
    const { client } = site
    await agent.close()
    await expect(client.upgrade(path, { protocols, signal: never })).rejects.toMatchObject({
      value: { code: 'OFFLINE' },
    })
  })
})
