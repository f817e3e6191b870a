import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { Finished, RunOptions } from './runner.ts'

export const DEFAULT_TIMEOUT_MS = 30_000
export const DEFAULT_MAX_BYTES = 64 * 2 ** 20

/** Ends the whole process group at once. Pipes that somebody outside the group still holds are let go of. */
function kill(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The group has ended meanwhile.
  }
  child.stdout?.destroy()
  child.stderr?.destroy()
}

/** What a stream has brought, up to `limit` bytes; `over` is called once, when more comes. */
function gather(source: Readable, limit: number, over: () => void): () => string {
  const pieces: Buffer[] = []
  let room = limit
  source.on('data', (piece: Buffer) => {
    if (piece.length > room) over()
    if (room > 0) pieces.push(piece.subarray(0, room))
    room = Math.max(0, room - piece.length)
  })
  // Destroyed with its process: what has come is the answer.
  source.on('error', () => {})
  return () => Buffer.concat(pieces).toString('utf8')
}

/**
 * Runs a program by its absolute path, without a shell, in a process group of its own, which ends with it by SIGKILL where
 * it takes too long, says too much, or nobody wants its answer any more.
 *
 * @throws the system's own error where it cannot be started, the signal's reason once it has ended after an abort.
 */
export function execute(
  path: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  options: RunOptions = {},
): Promise<Finished> {
  const { input = '', folder = '/', timeoutMs = DEFAULT_TIMEOUT_MS, maxBytes = DEFAULT_MAX_BYTES, signal } = options
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const child = spawn(path, args, {
      cwd: folder,
      env: { ...environment, ...options.environment },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let timedOut = false
    const end = () => kill(child)
    const timer = setTimeout(() => {
      timedOut = true
      end()
    }, timeoutMs)
    const settled = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
    }
    signal?.addEventListener('abort', end, { once: true })
    const stdout = gather(child.stdout, maxBytes, end)
    const stderr = gather(child.stderr, maxBytes, end)
    // A program may end without reading what it was given.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    child.once('error', (error) => {
      settled()
      reject(error)
    })
    child.once('close', (code, ended) => {
      settled()
      if (signal?.aborted === true) reject(signal.reason)
      else resolve({ code, signal: ended, timedOut, stdout: stdout(), stderr: stderr() })
    })
  })
}
