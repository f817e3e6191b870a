import type { FastifyRequest, FastifyTypeProvider } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { Failure } from './failure.ts'
import type { Identity } from './identity.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null on routes that are public to all and asked without a token. Handlers use `identityOf`. */
    identity: Identity | null
  }
  interface FastifyReply {
    /** Aborted when the token that the answer was asked with runs out or is signed out. */
    whileAllowed(): AbortSignal
  }
}

/** Types `request.body`, `query`, `params` and answers from the route's own schemas: `app.withTypeProvider<TypeBox>()`. */
export interface TypeBox extends FastifyTypeProvider {
  validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown
  serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown
}

/** The signed-in user of a request. Failure UNAUTHENTICATED where a public route was asked without a token. */
export function identityOf(request: FastifyRequest): Identity {
  if (request.identity === null) throw new Failure('UNAUTHENTICATED', 'Sign in first.')
  return request.identity
}

/** The client's address, as far as trusted proxies vouch for it; `unix` on a socket without one. */
export const addressOf = (request: FastifyRequest): string => request.ip || 'unix'

/** What the audit records of a request. */
export function originOf(request: FastifyRequest): { method: string; address: string; userAgent: string } {
  return {
    method: request.method,
    address: addressOf(request),
    userAgent: (request.headers['user-agent'] ?? '').slice(0, 300),
  }
}
