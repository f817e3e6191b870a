/** Resolves after so many milliseconds; rejects with the signal's reason when that comes first. */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(reasonOf(signal))
    const onAbort = (): void => {
      clearTimeout(timer)
      if (signal !== undefined) reject(reasonOf(signal))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/**
 * Waits in line. `ask` is given what grants the wish, gets in line with it, and returns how to leave the line again. Rejects with the
 * signal's reason, out of the line.
 */
export function granted(signal: AbortSignal, ask: (grant: () => void) => () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(reasonOf(signal))
    const stop = (): void => {
      leave()
      reject(reasonOf(signal))
    }
    signal.addEventListener('abort', stop, { once: true })
    const leave = ask(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    })
  })
}

/** Waits for something to be over, at most so many milliseconds; nothing is left behind that would keep a process alive. */
export async function atMost(work: Promise<unknown>, ms: number): Promise<void> {
  const over = new AbortController()
  const late = wait(ms, over.signal).catch(() => undefined)
  await Promise.race([work.catch(() => undefined), late])
  over.abort()
}

/** What a signal was aborted with, as an error. */
export function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted')
}
