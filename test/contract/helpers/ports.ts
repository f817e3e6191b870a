import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MessageChannel } from 'node:worker_threads'
import { WebSocket, WebSocketServer } from 'ws'
import { memoryPortPair } from '../../../src/rpc/memory-port.ts'
import { portFromMessagePort } from '../../../src/rpc/message-port.ts'
import type { Port } from '../../../src/rpc/port.ts'
import { portFromWebSocket } from '../../../src/rpc/web-socket-port.ts'

/** A kind of port, real: each connection is handed to `accept` at its server's end. */
export interface Transport {
  connect(): Promise<Port>
  close(): Promise<void>
}
type Start = (accept: (port: Port) => void) => Promise<Transport>

const memory: Start = (accept) =>
  Promise.resolve({
    connect() {
      const [ours, theirs] = memoryPortPair()
      accept(theirs)
      return Promise.resolve(ours)
    },
    close: () => Promise.resolve(),
  })

const messageChannel: Start = (accept) =>
  Promise.resolve({
    connect() {
      const { port1, port2 } = new MessageChannel()
      accept(portFromMessagePort(port2))
      return Promise.resolve(portFromMessagePort(port1))
    },
    close: () => Promise.resolve(),
  })

const webSocket: Start = async (accept) => {
  const http: Server = createServer()
  const sockets = new WebSocketServer({ server: http })
  sockets.on('connection', (socket) => accept(portFromWebSocket(socket)))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  return {
    async connect() {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`)
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
      return portFromWebSocket(socket)
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

export const transports: [name: string, start: Start][] = [
  ['memory', memory],
  ['MessageChannel', messageChannel],
  ['WebSocket', webSocket],
]
