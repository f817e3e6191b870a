import { once } from 'node:events'
import { WebSocket } from 'ws'
import { createClient } from '../../src/rpc/client.ts'
import type { RpcClient } from '../../src/rpc/types.ts'
import { portFromWebSocket } from '../../src/rpc/web-socket-port.ts'

/** A page of the Node host without a browser: signed in by its address, over real sockets, speaking as boot/ does. */
export interface BrowserPage {
  origin: string
  rpc: RpcClient
  /** Opens the connection for the bytes of files, and announces these (contents by token). */
  hold(files: Record<string, { content: Uint8Array; modified: number }>): Promise<HeldFiles>
  /** Posts the form that starts a download. */
  download(ticket: string): Promise<Response>
}
export interface HeldFiles {
  socket: WebSocket
  /** Bytes sent so far. */
  readonly sent: number
}

interface RangeRequest {
  id: number
  token: string
  offset: number
  length: number
}

/** Exchanges the one-time token of `address` and connects. */
export async function openBrowserPage(address: string): Promise<BrowserPage> {
  const { origin, hash } = new URL(address)
  const answer = await fetch(`${origin}/session`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ token: hash.slice('#token='.length) }),
  })
  if (!answer.ok) throw new Error(`no session: ${answer.status} ${await answer.text()}`)
  const { bearer } = (await answer.json()) as { bearer: string }
  const open = async (path: string): Promise<WebSocket> => {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}${path}`, ['headway.v1', `bearer.${bearer}`], {
      origin,
    })
    await once(socket, 'open')
    return socket
  }
  return {
    origin,
    rpc: createClient(async () => portFromWebSocket(await open('/rpc'))),
    async hold(files) {
      const socket = await open('/intake')
      let sent = 0
      socket.on('message', (data: Buffer) => {
        const { id, token, offset, length } = JSON.parse(data.toString()) as RangeRequest
        const content = files[token]?.content
        if (content === undefined) return socket.send(JSON.stringify({ id, error: 'detached' }))
        const head = Buffer.alloc(4)
        head.writeUInt32BE(id)
        sent += length
        return socket.send(Buffer.concat([head, content.subarray(offset, offset + length)]))
      })
      const tokens = Object.entries(files).map(([token, { content, modified }]) => ({
        token,
        size: content.length,
        modified,
      }))
      socket.send(JSON.stringify({ tokens, gone: [] }))
      return {
        socket,
        get sent() {
          return sent
        },
      }
    },
    download: (ticket) =>
      fetch(`${origin}/download`, { method: 'POST', headers: { origin }, body: new URLSearchParams({ ticket }) }),
  }
}
