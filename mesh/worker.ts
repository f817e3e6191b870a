import { parentPort, workerData } from 'node:worker_threads'
import { type Bytes, Undrawable } from './bytes.ts'
import { extractMesh } from './extract.ts'
import type { FromMain, FromWorker, WorkerStart } from './messages.ts'

/** The thread that draws one file: it asks for the bytes, as only the main thread reaches users' files. */
const port = parentPort
if (port !== null) {
  const { extension, size, limits } = workerData as WorkerStart
  const waiting: ((bytes: Uint8Array) => void)[] = []
  port.on('message', ({ bytes }: FromMain) => waiting.shift()?.(bytes))
  const say = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer)
  const source: Bytes = {
    size,
    async read(position, length) {
      // Places come from the file itself.
      if (!Number.isSafeInteger(position) || position < 0) throw new Undrawable('It names a place that is not in it.')
      const bytes = await new Promise<Uint8Array>((resolve) => {
        waiting.push(resolve)
        say({ type: 'read', position, length: Math.max(0, Math.floor(Math.min(length, size - position))) })
      })
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    },
  }
  try {
    const mesh = await extractMesh(extension, source, limits)
    say({ type: 'mesh', mesh }, [mesh.buffer])
  } catch (error) {
    say({ type: 'failed', reason: error instanceof Undrawable ? error.message : undefined })
  }
  port.close()
}
