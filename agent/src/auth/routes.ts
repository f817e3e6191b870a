import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import {
  Credentials,
  LoginAnswer,
  LogoutRequest,
  RefreshAnswer,
  RefreshRequest,
  Registration,
  UserInfo,
} from '../../../contract/agent/auth.ts'
import { AgentError } from '../../../contract/agent/errors.ts'
import { OWNER_SIGN_IN } from '../../../contract/agent/start.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { identityOf, originOf, type TypeBox } from '../kit/http.ts'
import type { UserStore } from '../users/index.ts'
import { accessOf } from './hook.ts'
import { asOwner, type OwnerSignIn } from './owner.ts'
import type { Sessions } from './sessions.ts'
import type { createSignIn } from './sign-in.ts'
import type { Access } from './tokens.ts'

interface Parts {
  users: UserStore
  sessions: Sessions
  signIn: ReturnType<typeof createSignIn>
  ownerSignIn: OwnerSignIn
  deny(access: Access): Promise<void>
  /** Failure FORBIDDEN where this agent may serve nobody else. */
  mayRegister(): Promise<void>
}

export function authRoutes(agent: Agent, parts: Parts): FastifyPluginAsync {
  const { config, audit, metrics } = agent
  const open = { public: 'all' as const }
  return async (plain) => {
    const app = plain.withTypeProvider<TypeBox>()

    // In user mode there is no password to sign in with, elsewhere no socket that stands for a person.
    if (config.owner !== undefined) {
      app.post(
        OWNER_SIGN_IN,
        {
          config: open,
          schema: {
            summary: "Sign in as the owner of this agent, over the agent's own socket",
            response: { 200: LoginAnswer, 403: AgentError, 404: AgentError },
          },
          // Before a body is read, that there is none to be read.
          onRequest: async (request) => asOwner(request),
        },
        (request) => parts.ownerSignIn(originOf(request)),
      )
    }
    for (const url of config.owner === undefined ? ['/api/auth/login', '/auth/login'] : []) {
      app.post(
        url,
        {
          config: open,
          schema: {
            summary: 'Sign in with a local account',
            body: Credentials,
            response: { 200: LoginAnswer, 401: AgentError, 429: AgentError },
          },
        },
        (request) => parts.signIn(request.body, originOf(request)),
      )
    }

    app.post(
      '/api/auth/refresh',
      {
        config: open,
        schema: {
          summary: 'The next pair of tokens',
          body: RefreshRequest,
          response: { 200: RefreshAnswer, 400: AgentError, 401: AgentError },
        },
        preValidation: async ({ body }) => {
          if (typeof body === 'object' && body !== null && 'refresh_token' in body && body.refresh_token) return
          throw new Failure('REFRESH_TOKEN_MISSING', 'The refresh token is missing.')
        },
      },
      async (request) => {
        const { refresh_token: token, request_id: requestId } = request.body
        try {
          const pair = await parts.sessions.refresh(token, requestId, originOf(request))
          metrics.count('auth_jwt_issued_total')
          return pair
        } catch (error) {
          if (error instanceof Failure) metrics.count('auth_jwt_validation_failures_total')
          throw error
        }
      },
    )

    app.post(
      '/api/auth/logout',
      {
        config: { public: 'user' },
        schema: {
          summary: 'Sign out: this token at once, and its sign-in or all of the user',
          body: Type.Union([LogoutRequest, Type.Null()]),
          response: { 200: Type.Object({ message: Type.String() }), 401: AgentError },
        },
        // No body at all is the same as an empty one.
        preValidation: async (request) => {
          request.body ??= null
        },
      },
      async (request) => {
        const { username } = identityOf(request)
        const access = accessOf(request)
        if (access !== undefined) await parts.deny(access)
        await parts.sessions.close(username, request.body?.refresh_token)
        audit.record({ user: username, action: 'sign-out', status: 'success', ...originOf(request) })
        return { message: 'Signed out.' }
      },
    )

    if (!config.registration) return
    app.post(
      '/api/auth/register',
      {
        config: { ...open, limit: { max: 20, windowSeconds: 60 } },
        schema: {
          summary: 'A new local account',
          body: Registration,
          response: { 201: UserInfo, 409: AgentError },
        },
      },
      async (request, reply) => {
        await parts.mayRegister()
        const { username, password } = request.body
        const entry = { user: username.slice(0, 64), action: 'register', ...originOf(request) }
        try {
          const user = await parts.users.create(username, password)
          audit.record({ ...entry, status: 'success' })
          return await reply.code(201).send(user)
        } catch (error) {
          if (error instanceof Failure) audit.record({ ...entry, status: 'failure', error: error.message })
          throw error
        }
      },
    )
  }
}
