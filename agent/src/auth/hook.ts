import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { addressOf, originOf } from '../kit/http.ts'
import { may } from '../kit/identity.ts'
import type { OpenAnswers } from './open-answers.ts'
import type { Access } from './tokens.ts'

const accesses = new WeakMap<FastifyRequest, Access>()

/** The token a request was let in with. */
export const accessOf = (request: FastifyRequest): Access | undefined => accesses.get(request)

/** The token of an `Authorization: Bearer …` header. */
export function bearer(header: string | undefined): string | undefined {
  return /^bearer +(\S+)$/i.exec(header ?? '')?.[1]
}

/**
 * Nothing is reached by default: a route that states neither `permission` nor `public` stops the agent at its start; every
 * other one is asked for identity (401), then permission (403), before anything of the body is read.
 */
export function guard(
  app: FastifyInstance,
  agent: Agent,
  { authenticate, open }: { authenticate: (token: string) => Promise<Access>; open: OpenAnswers },
): void {
  const { audit, metrics } = agent
  app.decorateRequest('identity', null)
  app.decorateReply('whileAllowed', function whileAllowed() {
    const access = accesses.get(this.request)
    return access === undefined ? new AbortController().signal : open.watch(access, this)
  })

  app.addHook('onRoute', ({ method, url, config }) => {
    const isPreflight = method === 'OPTIONS' && url === '*'
    const isStated = config?.public !== undefined || (config?.permission ?? []).length > 0
    if (!isPreflight && !isStated) throw new Error(`${String(method)} ${url} names neither permission nor public`)
  })

  app.addHook('onRequest', async (request) => {
    const { config } = request.routeOptions
    if (request.is404 || request.method === 'OPTIONS' || config.public === 'all') return
    const token = bearer(request.headers.authorization)
    if (token === undefined) throw new Failure('UNAUTHENTICATED', 'Sign in first.')
    let access
    try {
      access = await authenticate(token)
    } catch (error) {
      metrics.count('auth_jwt_validation_failures_total')
      // An expired token is everyday life; any other was made up or signed out.
      if (error instanceof Failure && error.code === 'TOKEN_INVALID') {
        audit.security({ type: 'invalid_token', severity: 'medium', address: addressOf(request) })
      }
      throw error
    }
    accesses.set(request, access)
    request.identity = access.identity
    const wanted = config.permission
    if (wanted === undefined || may(access.identity, ...wanted)) return
    const error = `This needs the permission ${wanted.join(' or ')}.`
    const entry = { user: access.identity.username, action: 'permission', resource: request.routeOptions.url ?? '' }
    audit.record({ ...entry, status: 'failure', error, ...originOf(request) })
    throw new Failure('FORBIDDEN', error, { details: { permission: wanted[0] } })
  })
}
