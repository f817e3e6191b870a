// What Electron gives a utility process (`process.parentPort`), over the port of a worker thread; then the real program.
import { EventEmitter } from 'node:events'
import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { pathToFileURL } from 'node:url'
import { FakeMessagePort } from './fake-message-port.ts'

if (parentPort === null) throw new Error('runs in a worker only')
const port = parentPort
class ParentPort extends EventEmitter {
  postMessage(message: unknown): void {
    port.postMessage(message)
  }
}
const given = new ParentPort()
port.on('message', ({ data, ports }: { data: unknown; ports: MessagePort[] }) => {
  given.emit('message', { data, ports: ports.map((native) => new FakeMessagePort(native)) })
})
Object.defineProperty(process, 'parentPort', { value: given })
const { program } = workerData as { program: string }
await import(pathToFileURL(program).href)
