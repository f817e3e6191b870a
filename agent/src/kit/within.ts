import { setTimeout as wait } from 'node:timers/promises'

/** What the promise gives within so many milliseconds, undefined where it takes longer; it goes on unheard then. Rejects as it does. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const over = new AbortController()
  try {
    return await Promise.race([promise, wait(ms, undefined, { signal: over.signal, ref: false })])
  } finally {
    over.abort()
    promise.catch(() => undefined)
  }
}
