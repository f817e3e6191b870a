/**
 * The one thing a transport has to be: a memory pair, a MessagePort and a WebSocket all are (src/rpc knows none of them).
 * Messages are plain JSON values; they arrive in order, once, or the port closes. (Over a MessagePort bytes may travel
 * too: bytes-port.ts.)
 */
export interface Port {
  post(message: unknown): void
  /** One listener; messages that came before it was set are delivered then. */
  onMessage(listener: (message: unknown) => void): void
  onClose(listener: () => void): void
  close(): void
}
