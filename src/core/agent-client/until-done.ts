import { AppError } from '../kit/app-error.ts'
import { backOff } from '../kit/back-off.ts'
import { reasonOf, wait } from '../kit/wait.ts'
import type { AgentLink } from './interfaces.ts'
import { isTemporary } from './live.ts'

const pauses = { baseMs: 500, maxMs: 15_000 }

/**
 * Does `work` until it gives a value, however often the way to the agent is cut meanwhile; `undefined` asks for another
 * try. A try is ended when the agent becomes reachable again: what it waits for may be a dead connection. Rejects with
 * the first AppError that no waiting mends, and with the signal's reason.
 */
export async function untilDone<T>(
  link: AgentLink,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T | undefined>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted()
    const cut = new AbortController()
    const end = link.onReady((ready) => {
      if (ready) cut.abort(new Error('reachable again'))
    })
    const began = Date.now()
    let after = 0
    try {
      const value = await work(AbortSignal.any([signal, cut.signal]))
      if (value !== undefined) return value
    } catch (error) {
      if (signal.aborted) throw reasonOf(signal)
      if (error instanceof AppError) {
        if (!isTemporary(error)) throw error
        after = (error.value.retry?.afterSeconds ?? 0) * 1000
      }
    } finally {
      end()
    }
    // Only tries that fail at once are spaced out.
    if (Date.now() - began > pauses.maxMs) attempt = 1
    if (!cut.signal.aborted) await pause(link, Math.max(after, backOff(attempt, pauses)), signal)
  }
}

/** Waits so long, or until the agent becomes reachable. */
function pause(link: AgentLink, ms: number, signal: AbortSignal): Promise<void> {
  const over = new AbortController()
  const end = link.onReady((ready) => {
    if (ready) over.abort()
  })
  return wait(ms, AbortSignal.any([signal, over.signal]))
    .catch(() => {
      if (signal.aborted) throw reasonOf(signal)
    })
    .finally(end)
}
