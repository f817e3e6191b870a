import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { request, type IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { appError } from '../../../../src/core/kit/app-error.ts'
import { createFileLog } from '../../../../src/core/host-kit/index.ts'
import { startServer, type WebServer } from '../../../../src/web/server.ts'

let server: WebServer
let folder: string
let origin: string
const tickets = new Map<string, { name: string; size?: number; body: Readable }>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-web-'))
  const renderer = join(folder, 'renderer')
  await mkdir(join(renderer, 'assets'), { recursive: true })
  await writeFile(join(renderer, 'index.html'), '<meta name="csp-nonce" content="__CSP_NONCE__"><p>Headway</p>')
  await writeFile(join(renderer, 'assets', 'main-a1b2.js'), 'export {}')
  await writeFile(join(folder, 'secret.txt'), 'outside')
  server = await startServer({
    renderer,
    port: 0,
    maxRpcBytes: 1000,
    maxIntakeBytes: 1000,
    log: createFileLog(join(folder, 'log')),
    serveRpc: (socket) => socket.on('message', (data: Buffer) => socket.send(`rpc ${data.toString()}`)),
    serveIntake: (socket) => socket.send('intake'),
    takeViewer: (ticket) =>
      ticket === 'good'
        ? Promise.resolve(new PassThrough())
        : Promise.reject(appError('NOT_FOUND', { what: 'desktop', id: 'ticket' }, 'no such ticket')),
    takeDownload(ticket) {
      const found = tickets.get(ticket)
      tickets.delete(ticket)
      return found === undefined
        ? Promise.reject(appError('NOT_FOUND', { what: 'file', id: ticket }, 'no such ticket'))
        : Promise.resolve(found)
    },
  })
  origin = new URL(server.url).origin
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}
/** A request as written, path and headers untouched (fetch would tidy them). */
function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(server.url)
    const call = request(
      { host: '127.0.0.1', port, path, method: options.method ?? 'GET', headers: options.headers },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk: string) => (text += chunk))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }))
        answer.on('error', reject)
      },
    )
    call.on('error', reject)
    call.end(options.body)
  })
}
const post = (path: string, body: string, headers: Record<string, string> = { origin }): Promise<Answer> =>
  ask(path, { method: 'POST', headers, body })

async function bearer(): Promise<string> {
  const answer = await post('/session', JSON.stringify({ token: server.mint() }))
  expect(answer.status).toBe(200)
  return (JSON.parse(answer.text) as { bearer: string }).bearer
}

describe('files', () => {
  test('the page carries a strict policy and a fresh nonce each time', async () => {
    const [one, two] = [await ask('/'), await ask('/')]
    expect(one.status).toBe(200)
    const nonce = /content="([^"]+)"/.exec(one.text)?.[1] ?? ''
    expect(nonce).toMatch(/^[A-Za-z0-9+/]{22}==$/)
    expect(two.text).not.toContain(nonce)
    expect(one.headers['content-security-policy']).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; connect-src 'self'; img-src 'self' data: blob:; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
    )
    expect(one.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
    })
    expect(one.headers).not.toHaveProperty('set-cookie')
  })

  test('hashed assets may be kept for good', async () => {
    const answer = await ask('/assets/main-a1b2.js')
    expect(answer).toMatchObject({ status: 200, text: 'export {}' })
    expect(answer.headers['cache-control']).toContain('immutable')
    expect(answer.headers['content-type']).toContain('text/javascript')
  })

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/%00',
    '/%zz',
    '//etc/passwd',
    '/.stamps',
  ])('%s leads nowhere', async (path) => {
    const answer = await ask(path)
    expect([400, 404]).toContain(answer.status)
    expect(answer.text).not.toContain('outside')
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
  })

  test('a rebound name and a stranger’s page are refused before anything else', async () => {
    expect((await ask('/', { headers: { host: 'attacker.example' } })).status).toBe(403)
    expect((await ask('/', { headers: { origin: 'https://attacker.example' } })).status).toBe(403)
  })

  test('only GET reads files', async () => {
    expect((await ask('/', { method: 'PUT', headers: { origin } })).status).toBe(405)
    expect((await ask('/session')).status).toBe(405)
  })
})

describe('the session', () => {
  test('a token works once', async () => {
    const token = server.mint()
    expect((await post('/session', JSON.stringify({ token }))).status).toBe(200)
    const again = await post('/session', JSON.stringify({ token }))
    expect(again.status).toBe(401)
    expect(again.text).toContain('Press Enter')
  })

  test('a stranger’s page cannot use it', async () => {
    const token = server.mint()
    expect((await post('/session', JSON.stringify({ token }), { origin: 'https://a.example' })).status).toBe(403)
    expect((await post('/session', JSON.stringify({ token }), {})).status).toBe(403)
    expect((await post('/session', JSON.stringify({ token }))).status).toBe(200)
  })

  test('nonsense is a refusal, not a fault', async () => {
    for (const body of ['', 'null', '[]', '{"token":1}', '{']) expect((await post('/session', body)).status).toBe(400)
    expect((await post('/session', 'x'.repeat(5000))).status).toBe(413)
  })
})

/** The open socket, or the status the upgrade was refused with. */
function open(
  path: string,
  protocols: string[],
  headers: Record<string, string> = { origin },
): Promise<WebSocket | number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(server.url.replace('http', 'ws') + path, protocols, { headers })
    socket.once('unexpected-response', (_, answer) => resolve(answer.statusCode ?? 0))
    socket.once('open', () => resolve(socket))
    socket.once('error', reject)
  })
}

const opened = async (path: string, protocols: string[]): Promise<WebSocket> => {
  const socket = await open(path, protocols)
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`)
  return socket
}

describe('connections', () => {
  test('a bearer opens them, and is not echoed', async () => {
    const socket = await opened('rpc', ['headway.v1', `bearer.${await bearer()}`])
    expect(socket.protocol).toBe('headway.v1')
    const answer = new Promise((resolve) => socket.once('message', (data: Buffer) => resolve(data.toString())))
    socket.send('hello')
    expect(await answer).toBe('rpc hello')
    socket.close()
  })

  test('a frame over the limit ends the connection', async () => {
    const socket = await opened('rpc', ['headway.v1', `bearer.${await bearer()}`])
    const code = new Promise((resolve) => socket.once('close', resolve))
    socket.send('x'.repeat(2000))
    expect(await code).toBe(1009)
  })

  test('without a bearer, with a wrong one, from elsewhere: refused', async () => {
    const good = `bearer.${await bearer()}`
    expect(await open('rpc', ['headway.v1'])).toBe(401)
    expect(await open('rpc', ['headway.v1', 'bearer.wrong'])).toBe(401)
    expect(await open('rpc', ['other', good])).toBe(401)
    expect(await open('rpc', ['headway.v1', good], { origin: 'https://a.example' })).toBe(403)
    expect(await open('rpc', ['headway.v1', good], { origin, host: 'a.example' })).toBe(403)
    expect(await open('rpc', ['headway.v1', good], {})).toBe(403)
    expect(await open('other', ['headway.v1', good])).toBe(404)
  })
})

describe('viewers', () => {
  test('a ticket opens one beside the bearer, and is neither echoed nor written down', async () => {
    const socket = await opened('viewer', ['headway.v1', `bearer.${await bearer()}`, 'ticket.good'])
    expect(socket.protocol).toBe('headway.v1')
    const answer = new Promise((resolve) => socket.once('message', (data: Buffer) => resolve(data.toString())))
    socket.send(Buffer.from('RFB 003.008'))
    expect(await answer).toBe('RFB 003.008')
    socket.close()
  })

  test('refused as every other connection is, and without what looks like a ticket', async () => {
    const good = `bearer.${await bearer()}`
    const ticket = 'ticket.good'
    expect(await open('viewer', ['headway.v1', ticket])).toBe(401)
    expect(await open('viewer', ['headway.v1', 'bearer.wrong', ticket])).toBe(401)
    expect(await open('viewer', ['headway.v1', good, ticket], { origin: 'https://a.example' })).toBe(403)
    expect(await open('viewer', ['headway.v1', good, ticket], { origin, host: 'a.example' })).toBe(403)
    expect(await open('viewer', ['headway.v1', good, ticket], {})).toBe(403)
    expect(await open('viewer', ['headway.v1', good])).toBe(400)
    expect(await open('viewer', ['headway.v1', good, `ticket.${'x'.repeat(129)}`])).toBe(400)
    expect(await open('viewer', ['headway.v1', good, 'ticket.a.b'])).toBe(400)
    expect(await open('viewer?ticket=good', ['headway.v1', good])).toBe(404)
  })

  test('an unknown ticket, a text and a frame over the limit have codes of their own', async () => {
    const good = `bearer.${await bearer()}`
    const codeOf = async (ticket: string, frame?: string | Buffer): Promise<unknown> => {
      const socket = await opened('viewer', ['headway.v1', good, ticket])
      const code = new Promise((resolve) => socket.once('close', resolve))
      if (frame !== undefined) socket.send(frame)
      return code
    }
    expect(await codeOf('ticket.gone')).toBe(4404)
    expect(await codeOf('ticket.good', 'text')).toBe(1003)
    expect(await codeOf('ticket.good', Buffer.alloc(1024 * 1024 + 1))).toBe(1009)
  })
})

describe('downloads', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }

  test('a ticket is good once, for an attachment with its real name', async () => {
    tickets.set('t1', { name: '결과 "1".frd', size: 5, body: Readable.from([Buffer.from('bytes')]) })
    const answer = await post('/download', 'ticket=t1', { origin, ...form })
    expect(answer).toMatchObject({ status: 200, text: 'bytes' })
    expect(answer.headers['content-disposition']).toBe(
      `attachment; filename="__ _1_.frd"; filename*=UTF-8''${encodeURIComponent('결과 "1".frd')}`,
    )
    expect(answer.headers['content-length']).toBe('5')
    const again = await post('/download', 'ticket=t1', { origin, ...form })
    expect(again.status).toBe(404)
    expect(again.text).toContain('Start it again')
  })

  test('a form whose ticket is gone leaves its page where it is', async () => {
    const answer = await post('/download', 'ticket=gone', { origin, 'sec-fetch-mode': 'navigate', ...form })
    expect(answer).toMatchObject({ status: 204, text: '' })
  })

  test('a stranger’s form is refused and the ticket stays good', async () => {
    tickets.set('t2', { name: 'a', body: Readable.from([Buffer.from('x')]) })
    expect((await post('/download', 'ticket=t2', { origin: 'https://a.example', ...form })).status).toBe(403)
    expect((await post('/download', 'ticket=t2', { origin, ...form })).status).toBe(200)
  })

  test('a transfer that breaks does not look whole', async () => {
    const body = new Readable({ read() {} })
    tickets.set('t3', { name: 'a', body })
    setTimeout(() => {
      body.push('half')
      body.destroy(new Error('agent gone'))
    }, 20)
    await expect(post('/download', 'ticket=t3', { origin, ...form })).rejects.toThrow()
  })
})
