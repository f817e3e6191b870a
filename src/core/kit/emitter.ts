export interface Emitter<A extends unknown[]> {
  emit(...values: A): void
  /** Returns the function that takes the listener off again. */
  on(listener: (...values: A) => void): () => void
}

export function createEmitter<A extends unknown[]>(): Emitter<A> {
  const listeners = new Set<(...values: A) => void>()
  return {
    emit(...values) {
      for (const listener of listeners) listener(...values)
    },
    on(listener) {
      // A wrapper of its own, so that the same function may listen twice.
      const own = (...values: A): void => listener(...values)
      listeners.add(own)
      return () => {
        listeners.delete(own)
      }
    },
  }
}
