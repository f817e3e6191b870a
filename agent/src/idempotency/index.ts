import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { IDEMPOTENCY_DAYS, IDEMPOTENCY_HEADER, IdempotencyKey } from '../../../contract/agent/idempotency.ts'
import type { Agent } from '../kit/agent.ts'
import { identityOf } from '../kit/http.ts'
import { createOnce, outcomeOf, type Turn } from './once.ts'
import { createRequestStore } from './store.ts'

const DAY_MS = 86_400_000
const SWEEP_MS = 3_600_000

const Headers = Type.Object({ [IDEMPOTENCY_HEADER]: Type.Optional(IdempotencyKey) })

const turns = new WeakMap<FastifyRequest, Turn>()
const open = new WeakSet<FastifyRequest>()

/**
 * Since when this request may have been done already: it came before with the same key, and no definite answer was stored.
 * Undefined for any other. What cannot be done twice looks first whether it was.
 */
export const doubtfulSince = (request: FastifyRequest): Date | undefined => turns.get(request)?.since

/** This answer is not definite, whatever its status says: sent again, the request acts again. */
export const leaveOpen = (request: FastifyRequest): void => void open.add(request)

/** Checked by the schema of the route. */
export function idempotencyKeyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers[IDEMPOTENCY_HEADER]
  return typeof key === 'string' ? key : undefined
}

/** Of the body as it was parsed: spaces between its words are no difference. */
function fingerprintOf({ method, url, body }: FastifyRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([method, url, body]))
    .digest('hex')
}

/**
 * Routes with `config.once` act once for each `Idempotency-Key` of a user (contract/agent/idempotency.ts); without the header
 * they are as any other. They must answer JSON. Before any such route is registered, after whatever refuses a request.
 */
export function actOnce(app: FastifyInstance, { db, log, now }: Pick<Agent, 'db' | 'log' | 'now'>): void {
  const store = createRequestStore(db)
  const enter = createOnce(store, now)

  app.addHook('onRoute', (route) => {
    if (route.config?.once === true) route.schema = { ...route.schema, headers: Headers }
  })

  app.addHook('preHandler', async (request, reply) => {
    const key = idempotencyKeyOf(request)
    if (request.routeOptions.config.once !== true || key === undefined) return undefined
    const entered = await enter({ user: identityOf(request).username, key }, fingerprintOf(request))
    if ('status' in entered) {
      return reply.code(entered.status).type('application/json; charset=utf-8').send(entered.body)
    }
    turns.set(request, entered)
    return undefined
  })

  // Stored before it is sent: no answer gets out that would be another the next time.
  app.addHook('onSend', async (request, { statusCode }, payload) => {
    const turn = turns.get(request)
    if (turn === undefined) return undefined
    turns.delete(request)
    const isWhole = typeof payload === 'string' && !open.has(request)
    try {
      await turn.end(isWhole ? outcomeOf({ status: statusCode, body: payload }) : 'doubtful')
    } catch (error) {
      // It is done, and in doubt from now on.
      log.error({ err: error }, 'an answer could not be stored')
    }
    return undefined
  })

  let sweeping: NodeJS.Timeout | undefined
  const sweep = () =>
    store
      .sweep(new Date(now().getTime() - IDEMPOTENCY_DAYS * DAY_MS))
      .catch((error: unknown) => log.error({ err: error }, 'old answers could not be removed'))
  app.addHook('onReady', async () => {
    await sweep()
    sweeping = setInterval(() => void sweep(), SWEEP_MS).unref()
  })
  app.addHook('onClose', async () => clearInterval(sweeping))
}
