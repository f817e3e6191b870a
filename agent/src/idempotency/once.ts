import { IDEMPOTENCY_HEADER } from '../../../contract/agent/idempotency.ts'
import { Failure } from '../kit/failure.ts'
import type { Answer, Name, RequestStore } from './store.ts'

/**
 * What became of a request: its answer where that is definite, `untouched` where nothing was done at all, `doubtful` where that
 * is not known.
 */
export type Outcome = Answer | 'untouched' | 'doubtful'

/** A request whose turn it is to act. */
export interface Turn {
  /** Since when it may have been done already; undefined where it comes for the first time. */
  since: Date | undefined
  /** To be called once, after acting; whoever waits with the same key goes on. */
  end(outcome: Outcome): Promise<void>
}

/** No answer, or not one that would be the same the next time. */
const untouched: readonly number[] = [401, 403, 429]

export function outcomeOf(answer: Answer): Outcome {
  if (untouched.includes(answer.status)) return 'untouched'
  const isDefinite = answer.status >= 200 && answer.status < 500 && answer.status !== 408
  return isDefinite ? answer : 'doubtful'
}

/**
 * One request at a time for each name. That it has begun is stored before it acts, so that after the death of the agent it is
 * known as one that may have been done. Failure CONFLICT where the key belongs to another request.
 */
export function createOnce(
  store: RequestStore,
  now: () => Date,
): (name: Name, fingerprint: string) => Promise<Answer | Turn> {
  /** When the last one that came with a name has left. */
  const tails = new Map<string, Promise<void>>()

  async function inTurn({ user, key }: Name): Promise<() => void> {
    const name = `${user}\0${key}`
    const before = tails.get(name)
    const { promise, resolve } = Promise.withResolvers<void>()
    tails.set(name, promise)
    await before
    return () => {
      if (tails.get(name) === promise) tails.delete(name)
      resolve()
    }
  }

  async function begin(name: Name, fingerprint: string): Promise<{ since?: Date; answer?: Answer | undefined }> {
    const known = await store.find(name)
    if (known === undefined) {
      await store.begin(name, fingerprint, now())
      return {}
    }
    if (known.fingerprint === fingerprint) return { since: known.begunAt, answer: known.answer }
    throw new Failure('CONFLICT', 'This key belongs to another request. Send this one with a key of its own.', {
      details: { header: IDEMPOTENCY_HEADER },
    })
  }

  return async (name, fingerprint) => {
    const leave = await inTurn(name)
    try {
      const { since, answer } = await begin(name, fingerprint)
      if (answer !== undefined) {
        leave()
        return answer
      }
      return {
        since,
        async end(outcome) {
          try {
            // One that was in doubt before stays so: this time nothing was done, but maybe the time before.
            if (outcome === 'untouched') await (since === undefined ? store.forget(name) : undefined)
            else if (outcome !== 'doubtful') await store.finish(name, outcome)
          } finally {
            leave()
          }
        },
      }
    } catch (error) {
      leave()
      throw error
    }
  }
}
