import { inbox } from './inbox.ts'
import type { Port } from './port.ts'

type Listener = (event: { readonly type?: string; readonly data?: unknown }) => void

/** A MessagePort of a page or of Node (`addEventListener`), or Electron's MessagePortMain (`on`). */
export interface MessagePortLike {
  postMessage(message: unknown): void
  close(): void
  start?(): void
  addEventListener?(type: 'message' | 'close', listener: Listener): void
  on?(type: 'message' | 'close', listener: Listener): unknown
}

/** A port over a MessagePort of any host; messages travel by structured clone. */
export function portFromMessagePort(port: MessagePortLike): Port {
  const box = inbox()
  const listen = (type: 'message' | 'close', listener: Listener): void => {
    // Node's ports have both; only with `addEventListener` do they give events.
    if (port.addEventListener === undefined) port.on?.(type, listener)
    else port.addEventListener(type, listener)
  }
  listen('message', (event) => box.deliver(event.data))
  listen('close', () => box.close())
  port.start?.()
  return {
    post: (message) => {
      if (!box.closed) port.postMessage(message)
    },
    onMessage: box.onMessage,
    onClose: box.onClose,
    close() {
      port.close()
      box.close()
    },
  }
}
