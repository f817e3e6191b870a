/**
 * Answers of changes by the id their caller gave them: the same id again, from any port, joins the call under way or gets
 * the same answer. Ended ones are kept for a time and up to a number; a client asks again within seconds or never.
 */
export interface Once<T> {
  run(id: string, start: () => Promise<T>): Promise<T>
}

export function createOnce<T>(limits: { keep: number; forMs: number }, now: () => number): Once<T> {
  const running = new Map<string, Promise<T>>()
  /** In the order they ended. */
  const ended = new Map<string, { answer: T; at: number }>()

  function forgetOld(): void {
    for (const [id, { at }] of ended) {
      if (ended.size <= limits.keep && now() - at < limits.forMs) return
      ended.delete(id)
    }
  }
  return {
    async run(id, start) {
      forgetOld()
      const known = ended.get(id)
      if (known !== undefined) return known.answer
      const joined = running.get(id)
      if (joined !== undefined) return joined
      const call = start()
      running.set(id, call)
      try {
        const answer = await call
        ended.set(id, { answer, at: now() })
        return answer
      } finally {
        running.delete(id)
      }
    },
  }
}
