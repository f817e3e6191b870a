import type { FastifyInstance } from 'fastify'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import type { Noun } from '../kit/noun.ts'
import { SettingError } from '../config.ts'
import type { UserStore } from '../users/index.ts'
import { DeniedTokens } from './denied.ts'
import { guard } from './hook.ts'
import { OpenAnswers } from './open-answers.ts'
import { authRoutes } from './routes.ts'
import { createOwnerSignIn, noteSocketConnections } from './owner.ts'
import { Sessions } from './sessions.ts'
import { createSignIn } from './sign-in.ts'
import { type Access, createTokens } from './tokens.ts'

export { bearer } from './hook.ts'
export { type Access, LEEWAY_SECONDS } from './tokens.ts'

const SWEEP_MS = 3_600_000

/** Sign-in, tokens, and the guard in front of every route. */
export interface Auth {
  guard(app: FastifyInstance): void
  /** Who an access token stands for. Failure TOKEN_EXPIRED, TOKEN_INVALID, FORBIDDEN. */
  authenticate(token: string): Promise<Access>
  /** Told the digest of every access token that is signed out, and whose it was. */
  onDenied(listener: (digest: string, username: string) => void): void
}

export function createAuth(
  agent: Agent,
  { users, soleUser }: { users: UserStore; soleUser: boolean },
): Auth & Noun & Required<Pick<Noun, 'start' | 'close'>> {
  const { config, db, audit, now, log } = agent
  const tokens = createTokens(config.jwt, now)
  const denied = new DeniedTokens(db, now)
  const sessions = new Sessions({ db, config: config.jwt, tokens, users, audit, now })
  const open = new OpenAnswers(now)
  const listeners: ((digest: string, username: string) => void)[] = [(digest) => open.end(digest)]
  let sweeping: NodeJS.Timeout | undefined
  /** Where jobs run as the agent itself, everybody it served would have each other's files. */
  let only: string | undefined

  const authenticate = async (token: string): Promise<Access> => {
    const access = await tokens.readAccess(token)
    if (denied.has(access.digest)) throw new Failure('TOKEN_INVALID', 'This token was signed out. Sign in again.')
    if (only !== undefined && access.identity.username !== only) throw forOneOnly()
    return access
  }

  return {
    authenticate,
    guard(app) {
      noteSocketConnections(app.server)
      guard(app, agent, { authenticate, open })
    },
    onDenied: (listener) => void listeners.push(listener),
    routes: authRoutes(agent, {
      users,
      sessions,
      signIn: createSignIn(agent, users, sessions),
      ownerSignIn: createOwnerSignIn(agent, users, sessions),
      deny: async (access) => {
        await denied.add(access)
        for (const listener of listeners) listener(access.digest, access.identity.username)
      },
      mayRegister: async () => {
        if (soleUser) throw forOneOnly()
      },
    }),

    async start() {
      if (config.owner !== undefined) {
        // Accounts that the folder has from another mode stay, and stay outside.
        only = (await users.find(config.owner))?.username
      } else if (soleUser) {
        const all = await users.list()
        if (all.length > 1) {
          throw new SettingError('HEADWAY_LOCAL_MULTI_USER', `must be on for ${all.length} accounts: ${reason}`)
        }
        only = all[0]?.username
      }
      await denied.load()
      sweeping = setInterval(() => {
        Promise.all([denied.sweep(), sessions.sweep()]).catch((error: unknown) =>
          log.error({ err: error }, 'expired tokens could not be removed'),
        )
      }, SWEEP_MS)
      sweeping.unref()
    },

    async close() {
      clearInterval(sweeping)
    },
  }
}

const reason = 'in production it runs all jobs as its own account unless HEADWAY_RUN_AS is "sudo"'
const forOneOnly = () => new Failure('FORBIDDEN', `This agent serves one user only: ${reason}.`)
