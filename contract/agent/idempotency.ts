import { Type } from 'typebox'

export const IDEMPOTENCY_HEADER = 'idempotency-key'

/** Answers are kept for so long after their request came for the first time. */
export const IDEMPOTENCY_DAYS = 14

/**
 * The header `Idempotency-Key` (IETF draft of that name, without the quotes of its structured form), on the routes whose
 * description lists it. The request is done once, however often it is sent:
 * - The key belongs to the user and to one request. The same request again, within 14 days, gets the stored answer: status and
 *   body, byte by byte, also over a restart of the agent. While the first is under way the second waits for it, where the draft
 *   would refuse it: there is nothing better it could be told.
 * - The same key with another method, address or body: 409 CONFLICT with `details.header`.
 * - Kept is what is definite: 2xx, and 4xx but for 401, 403, 408 and 429. A refusal is kept as well, so whoever wants to try
 *   again after one takes another key. After 5xx, or where the agent died on the way, the request is in doubt: sent again it
 *   looks at what became of it first. Answers are kept whole; the largest, of a thousand changed jobs, has about a megabyte.
 */
export const IdempotencyKey = Type.String({
  pattern: '^[A-Za-z0-9._-]{1,128}$',
  description: 'The same request with the same key is done once, and answered the same again for 14 days.',
})
