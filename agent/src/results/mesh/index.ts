import { Worker } from 'node:worker_threads'
import type { Agent } from '../../kit/agent.ts'
import { Failure } from '../../kit/failure.ts'
import type { FileReader } from '../../user-files/index.ts'
import type { FromMain, FromWorker, WorkerStart } from './messages.ts'

/** One file is drawn no longer than this, and waits no longer for its turn: clients give up after a minute of silence. */
const LIMIT_MS = 40_000
const TURN_MS = 12_000
/** Larger files take longer than anybody waits for a look. */
const MOST_BYTES = 4 * 2 ** 30
/** Threads at a time, of all users together: they share the head node's processors. */
const AT_ONCE = 2
/** Drawn surfaces that are kept. */
const KEPT_BYTES = 64 * 2 ** 20
/** Mebibytes of a thread's own objects; arrays of numbers are bounded by the model. */
const HEAP_MB = 1024

// Beside its source, or beside the bundled agent.
const here = import.meta.url
const program = here.endsWith('.ts') ? new URL('./worker.ts', here) : new URL('./mesh-worker.js', here)

export interface Meshes {
  /**
   * The surface of the file that `open` gives, from memory where `key` (file and version) was drawn before.
   * Failure TOO_LARGE; WRONG_STATE with a sentence where it cannot be drawn; RATE_LIMITED where too many wait already.
   */
  draw(key: string, extension: string, open: () => Promise<FileReader>): Promise<Uint8Array>
  close(): Promise<void>
}

const ending = () => new Failure('SCHEDULER_UNAVAILABLE', 'The agent is ending. Try again in a moment.')

/** Hands the thread the bytes that it asks for. */
async function give(
  worker: Worker,
  file: FileReader,
  { position, length }: Extract<FromWorker, { type: 'read' }>,
): Promise<void> {
  // Its memory goes to the thread with it: it must be its own, not a slice of Node's pool.
  const memory = new ArrayBuffer(length)
  const { bytesRead } = await file.read(Buffer.from(memory), 0, length, position)
  const answer: FromMain = { bytes: new Uint8Array(memory, 0, bytesRead) }
  worker.postMessage(answer, [memory])
}

/** Draws mesh and result files in threads of their own, so that no large file holds up the agent. */
export function createMeshes({ log }: Pick<Agent, 'log'>): Meshes {
  const kept = new Map<string, Uint8Array>()
  const underWay = new Map<string, Promise<Uint8Array>>()
  const waiting: (() => void)[] = []
  const workers = new Set<Worker>()
  let running = 0
  let closed = false

  function keep(key: string, mesh: Uint8Array): void {
    kept.set(key, mesh)
    let sum = 0
    for (const [old, { length }] of [...kept].toReversed()) {
      sum += length
      if (sum > KEPT_BYTES) kept.delete(old)
    }
  }

  async function turn(): Promise<void> {
    if (running < AT_ONCE) {
      running += 1
      return
    }
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(go), 1)
        const seconds = 5
        reject(
          new Failure('RATE_LIMITED', 'Many meshes are being drawn right now. Try again in a moment.', {
            retryAfter: seconds,
          }),
        )
      }, TURN_MS)
      waiting.push(go)
    })
  }
  function leave(): void {
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next()
  }

  function work(extension: string, file: FileReader, size: number): Promise<Uint8Array> {
    // Its turn may have come because the one before it was ended.
    if (closed) return Promise.reject(ending())
    return new Promise((resolve, reject) => {
      const start: WorkerStart = { extension, size }
      const worker = new Worker(program, { workerData: start, resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } })
      workers.add(worker)
      const undrawable = (reason: string) =>
        reject(new Failure('WRONG_STATE', `This file cannot be drawn: ${reason}`, { details: { reason } }))
      const timer = setTimeout(() => {
        undrawable('it takes longer than 40 seconds. Download it to look at it.')
        void worker.terminate()
      }, LIMIT_MS)
      worker.on('message', (message: FromWorker) => {
        if (message.type === 'read') {
          give(worker, file, message).catch((error: unknown) => {
            reject(error instanceof Error ? error : new Error(String(error)))
            void worker.terminate()
          })
        } else if (message.type === 'mesh') resolve(message.mesh)
        else undrawable(message.reason ?? 'it is damaged, or not what its name says.')
      })
      worker.on('error', (error) => {
        log.warn({ err: error, extension }, 'a mesh could not be drawn')
        undrawable('it needs more memory than is given to a look at it.')
      })
      worker.on('exit', () => {
        clearTimeout(timer)
        workers.delete(worker)
        reject(ending())
      })
    })
  }

  async function drawNow(key: string, extension: string, open: () => Promise<FileReader>): Promise<Uint8Array> {
    await turn()
    let file: FileReader | undefined
    try {
      file = await open()
      const { size } = await file.stat()
      if (size > MOST_BYTES) {
        throw new Failure('TOO_LARGE', 'Files above 4 GB are not drawn. Download it to look at it.')
      }
      const mesh = await work(extension, file, size)
      keep(key, mesh)
      return mesh
    } finally {
      await file?.close()
      leave()
    }
  }

  return {
    async draw(key, extension, open) {
      const known = kept.get(key)
      if (known !== undefined) {
        kept.delete(key)
        kept.set(key, known)
        return known
      }
      const begun = underWay.get(key) ?? drawNow(key, extension, open).finally(() => underWay.delete(key))
      underWay.set(key, begun)
      return begun
    },
    async close() {
      closed = true
      await Promise.all([...workers].map((worker) => worker.terminate()))
    },
  }
}
