import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterAll, afterEach, beforeAll } from 'vitest'
import type { AppErrorValue } from '../../contract/errors.ts'
import { AppError } from '../../src/core/kit/app-error.ts'
import { startAgent, type TestAgent } from './agent.ts'
import { makeCertificates, type Certificates, type ServerKey } from './certificates.ts'
import { startConnectProxy, type ConnectProxy } from './connect-proxy.ts'

export interface TlsSites {
  agent: TestAgent
  certificates: Certificates
  /** Signed by the tests' authority for 127.0.0.1 and site.test. */
  good: ServerKey
  /** Ended after the test. */
  later(end: () => unknown): void
  /** The agent behind TLS, as a web server before it would do; gives the port. */
  behindTls(key?: ServerKey): Promise<number>
  listen(server: Server): Promise<number>
  /** A proxy that alone knows where `site.test` is. */
  proxyFor(port: number, secure?: ServerKey): Promise<ConnectProxy>
  /** One where nothing listens. */
  freePort(): Promise<number>
}

/** For all tests of a file: an agent and certificates, and what each test starts before it. */
export function tlsSites(): TlsSites {
  const ends: (() => unknown)[] = []
  beforeAll(async () => {
    site.certificates = await makeCertificates()
    site.good = await site.certificates.signed(['127.0.0.1', 'site.test'])
    site.agent = await startAgent()
  })
  afterAll(async () => {
    await site.agent.close()
    await site.certificates.close()
  })
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end()
  })

  async function behindTls(key = site.good): Promise<number> {
    const to = Number(new URL(site.agent.url).port)
    return listen(
      createTlsServer({ key: key.key, cert: key.cert }, (client) => {
        const inner = connect(to, '127.0.0.1')
        client.pipe(inner).pipe(client)
        client.on('error', () => inner.destroy())
        inner.on('error', () => client.destroy())
      }),
    )
  }
  async function listen(server: Server): Promise<number> {
    const open = new Set<Socket>()
    server.on('connection', (socket: Socket) => {
      open.add(socket)
      socket.on('close', () => open.delete(socket))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    ends.push(async () => {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    })
    return (server.address() as AddressInfo).port
  }
  async function proxyFor(port: number, secure?: ServerKey): Promise<ConnectProxy> {
    const proxy = await startConnectProxy(secure)
    ends.push(() => proxy.close())
    proxy.hosts.set(`site.test:${port}`, { host: '127.0.0.1', port })
    return proxy
  }
  async function freePort(): Promise<number> {
    const port = await listen(createServer())
    await ends.pop()?.()
    return port
  }
  const later: TlsSites['later'] = (end) => void ends.push(end)
  // The rest is there once the tests begin.
  const site = { later, behindTls, listen, proxyFor, freePort } as TlsSites
  return site
}

/** The error of the closed set that work inside the core fails with. */
export async function failure(work: Promise<unknown>): Promise<AppErrorValue> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof AppError) return error.value
  throw new Error(`expected a failure, got ${String(error)}`)
}
