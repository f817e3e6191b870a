/** A change of a collection stream. */
export interface Change<T> {
  put: readonly T[]
  gone: readonly string[]
}

/** Milliseconds between two drawings of a list, however many events arrive (a busy cluster sends a thousand a second). */
const interval = 100

/**
 * Joins changes that arrive in quick succession: the first is passed on at once, those of the next 100 ms together.
 * A job that changes ten times in between is passed on once, as it is last.
 */
export function batchChanges<T extends { id: string }>(apply: (change: Change<T>) => void) {
  let put = new Map<string, T>()
  let gone = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = () => {
    timer = undefined
    if (put.size === 0 && gone.size === 0) return
    const change = { put: [...put.values()], gone: [...gone] }
    put = new Map()
    gone = new Set()
    timer = setTimeout(flush, interval)
    apply(change)
  }
  return {
    add(change: Change<T>): void {
      for (const id of change.gone) {
        put.delete(id)
        gone.add(id)
      }
      for (const item of change.put) {
        gone.delete(item.id)
        put.set(item.id, item)
      }
      if (timer === undefined) flush()
    },
    /** Forgets what has not been passed on: a snapshot replaces it, or nobody listens any more. */
    drop(): void {
      put = new Map()
      gone = new Set()
      clearTimeout(timer)
      timer = undefined
    },
  }
}
