import { EventEmitter } from 'node:events'
import type { MessagePort } from 'node:worker_threads'

/** Electron's port: an emitter whose messages are `{data, ports}`, over a real port of Node. */
export class FakeMessagePort extends EventEmitter {
  readonly native: MessagePort
  readonly #send: (message: unknown) => void
  constructor(native: MessagePort) {
    super()
    this.native = native
    this.#send = native.postMessage.bind(native)
  }
  start(): void {
    this.native.on('message', (data: unknown) => this.emit('message', { data, ports: [] }))
    this.native.on('close', () => this.emit('close'))
  }
  postMessage(message: unknown): void {
    this.#send(message)
  }
  close(): void {
    this.native.close()
  }
}
