import { inbox } from './inbox.ts'
import type { Port } from './port.ts'

type Listener = (event: { readonly type?: string; readonly data?: unknown }) => void

/** What a page's WebSocket and the `ws` package have in common. */
export interface WebSocketLike {
  readonly readyState: number
  send(text: string): void
  close(code?: number): void
  addEventListener(type: 'message' | 'close' | 'error', listener: Listener): void
}

const open = 1
const protocolError = 1002

/** A port over an open WebSocket: one text frame of JSON is one message; anything else ends the connection. */
export function portFromWebSocket(socket: WebSocketLike): Port {
  const box = inbox()
  socket.addEventListener('message', ({ data }) => {
    let message: unknown
    try {
      message = JSON.parse(typeof data === 'string' ? data : '')
    } catch {
      return socket.close(protocolError)
    }
    box.deliver(message)
  })
  socket.addEventListener('close', () => box.close())
  // A close follows every error; without a listener `ws` would throw.
  socket.addEventListener('error', () => undefined)
  return {
    post: (message) => {
      if (socket.readyState === open) socket.send(JSON.stringify(message))
    },
    onMessage: box.onMessage,
    onClose: box.onClose,
    close() {
      socket.close()
      box.close()
    },
  }
}
