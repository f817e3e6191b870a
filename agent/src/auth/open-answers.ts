import type { FastifyReply } from 'fastify'
import { type Access, LEEWAY_SECONDS } from './tokens.ts'

/** The longest time that a timer can wait. */
const MAX_TIMER_MS = 2_147_483_647

/** Answers that stay open: each ends with the token it was asked with, when that runs out or is signed out. */
export class OpenAnswers {
  readonly #now: () => Date
  readonly #open = new Map<string, Set<AbortController>>()

  constructor(now: () => Date) {
    this.#now = now
  }

  /** Aborted when the token is worth nothing any more; forgotten with the answer. */
  watch({ digest, expiresAt }: Access, reply: FastifyReply): AbortSignal {
    const end = new AbortController()
    const same = this.#open.get(digest) ?? new Set()
    this.#open.set(digest, same.add(end))
    const left = (expiresAt + LEEWAY_SECONDS) * 1000 - this.#now().getTime()
    const expiry = setTimeout(() => end.abort(), Math.min(Math.max(left, 0), MAX_TIMER_MS))
    expiry.unref()
    const forget = () => {
      clearTimeout(expiry)
      same.delete(end)
      if (same.size === 0) this.#open.delete(digest)
    }
    if (reply.raw.destroyed) forget()
    else reply.raw.once('close', forget)
    return end.signal
  }

  end(digest: string): void {
    for (const answer of this.#open.get(digest) ?? []) answer.abort()
  }
}
