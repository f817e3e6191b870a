import type { Duplex } from 'node:stream'
import { BRIDGE_GREETING } from '../../../contract/agent/start.ts'
import { reasonOf } from '../kit/wait.ts'
import { sshFailure } from './failure.ts'

/** Bytes that a login shell may print before the bridge speaks. */
const MAX_NOISE = 64 * 2 ** 10
const MAX_DETAIL = 200

interface GreetingOptions {
  host: string
  timeoutMs: number
  signal?: AbortSignal | undefined
}

/**
 * Waits for the bridge's first words and returns what came behind them; the stream is paused then. Rejects with SSH_FAILED
 * (`closed`, with the last line that was printed instead), or the signal's reason, and ends the stream.
 */
export function untilGreeting(carrier: Duplex, { host, timeoutMs, signal }: GreetingOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let seen: Buffer = Buffer.alloc(0)
    const settle = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      carrier.off('data', onData).off('end', onEnd).off('close', onEnd).off('error', onEnd)
      carrier.pause()
    }
    const fail = (error: Error): void => {
      settle()
      // What a stream says after it was given up interests nobody.
      carrier.on('error', () => undefined)
      carrier.destroy()
      reject(error)
    }
    const onAbort = (): void => fail(signal === undefined ? new Error('aborted') : reasonOf(signal))
    const onEnd = (error?: unknown): void =>
      fail(sshFailure(host, 'closed', lastLine(seen) || (error instanceof Error ? error.message : '')))
    const onData = (bytes: Buffer): void => {
      seen = Buffer.concat([seen, bytes])
      const at = seen.indexOf(BRIDGE_GREETING)
      if (at >= 0 && at <= MAX_NOISE) {
        settle()
        return resolve(seen.subarray(at + BRIDGE_GREETING.length))
      }
      // A greeting cut in two by the limit still counts as noise that is too long.
      if (seen.length > MAX_NOISE + BRIDGE_GREETING.length) fail(sshFailure(host, 'closed', lastLine(seen)))
    }
    const timer = setTimeout(() => fail(sshFailure(host, 'closed', lastLine(seen))), timeoutMs)
    if (signal?.aborted === true) return onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    carrier.on('data', onData).once('end', onEnd).once('close', onEnd).once('error', onEnd)
  })
}

/** Sequences of a terminal (ECMA-48, section 5.4). */
const controlSequence = new RegExp(`${String.fromCharCode(27)}\\[[0-?]*[ -/]*[@-~]`, 'g')

/** The last line that is not empty, without what only a terminal understands. */
function lastLine(noise: Buffer): string {
  const text = noise.toString('utf8').replace(controlSequence, '')
  const lines = text.split(/[\r\n]+/).filter((line) => line.trim() !== '')
  return (lines.at(-1) ?? '').trim().slice(0, MAX_DETAIL)
}
