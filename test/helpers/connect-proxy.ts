import { createServer, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ServerKey } from './certificates.ts'

export interface ConnectProxy {
  /** `http://127.0.0.1:port`, or https. */
  url: string
  port: number
  /** What was asked for, `host:port`. */
  asked: string[]
  /** Header of the last request. */
  authorization: string | undefined
  /** Instead of making a tunnel: the status line and headers; empty: nothing at all. */
  answer: string | undefined
  /** Names that this proxy alone knows. */
  hosts: Map<string, { host: string; port: number }>
  close(): Promise<void>
}

/** A proxy that makes tunnels by CONNECT and nothing else. */
export async function startConnectProxy(secure?: ServerKey): Promise<ConnectProxy> {
  const server: Server = secure === undefined ? createServer() : createSecureServer(secure)
  const open = new Set<Duplex>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
  server.on('connect', (request, client: Duplex) => {
    const { url = '' } = request
    proxy.asked.push(url)
    proxy.authorization = request.headers['proxy-authorization']
    client.on('error', () => undefined)
    if (proxy.answer !== undefined) {
      if (proxy.answer !== '') client.end(`HTTP/1.1 ${proxy.answer}\r\n\r\n`)
      return
    }
    const [, host = '', port = ''] = /^\[?(.+?)\]?:(\d+)$/.exec(url) ?? []
    const site = connect(proxy.hosts.get(url) ?? { host, port: Number(port) })
    site.on('connect', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      client.pipe(site).pipe(client)
    })
    site.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'))
    client.on('close', () => site.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const proxy: ConnectProxy = {
    url: `${secure === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    asked: [],
    authorization: undefined,
    answer: undefined,
    hosts: new Map(),
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return proxy
}
