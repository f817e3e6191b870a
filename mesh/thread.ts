import { Worker } from 'node:worker_threads'
import { type Bytes, Undrawable } from './bytes.ts'
import type { SurfaceLimits } from './extract.ts'
import type { FromMain, FromWorker, WorkerStart } from './messages.ts'

// Beside its source, or beside the bundle of a host.
const here = import.meta.url
const program = here.endsWith('.ts') ? new URL('./worker.ts', here) : new URL('./mesh-worker.js', here)

export interface ThreadLimits {
  surface: SurfaceLimits
  /** Milliseconds from start to end. */
  ms: number
  /** Mebibytes of the thread's own objects; arrays of numbers are bounded by the model. */
  heapMb: number
}

/** Hands the thread the bytes that it asks for. */
async function give(
  worker: Worker,
  bytes: Bytes<Uint8Array>,
  { position, length }: { position: number; length: number },
) {
  const read = await bytes.read(position, length)
  // Its memory goes to the thread with it: it must be its own, not a slice of Node's pool.
  const own = new Uint8Array(read)
  const answer: FromMain = { bytes: own }
  worker.postMessage(answer, [own.buffer])
}

/**
 * The outer surface of a file as it travels (`contract/mesh.ts`), made in a thread that ends with it. Rejects with
 * Undrawable, with what `bytes` rejects with, and with the signal's reason.
 */
export function drawInThread(
  file: { extension: string; bytes: Bytes<Uint8Array> },
  limits: ThreadLimits,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const { bytes, extension } = file
    const start: WorkerStart = { extension, size: bytes.size, limits: limits.surface }
    const worker = new Worker(program, {
      workerData: start,
      resourceLimits: { maxOldGenerationSizeMb: limits.heapMb },
    })
    const end = (error: unknown) => {
      reject(error instanceof Error ? error : new Error(String(error)))
      void worker.terminate()
    }
    const aborted = () => end(signal.reason)
    signal.addEventListener('abort', aborted, { once: true })
    const timer = setTimeout(() => {
      end(new Undrawable(`It takes longer than ${Math.round(limits.ms / 1000)} seconds to be read.`))
    }, limits.ms)
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'read') give(worker, bytes, message).catch(end)
      else if (message.type === 'mesh') resolve(message.mesh)
      else end(new Undrawable(message.reason ?? 'It is damaged, or not what its name says.'))
    })
    worker.on('error', () => end(new Undrawable('It needs more memory than is given to a look at it.')))
    worker.on('exit', () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', aborted)
      reject(new Undrawable('It is damaged, or not what its name says.'))
    })
  })
}
