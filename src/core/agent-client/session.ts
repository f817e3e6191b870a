import { randomUUID } from 'node:crypto'
import { Type, type Static, type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { LoginAnswer, RefreshAnswer } from '../../../contract/agent/auth.ts'
import { OWNER_SIGN_IN } from '../../../contract/agent/start.ts'
import type { SignedInUser } from '../../../contract/sites.ts'
import { appError } from '../kit/app-error.ts'
import { createEmitter } from '../kit/emitter.ts'
import { wait } from '../kit/wait.ts'
import type { Logger, SecretStore } from '../platform.ts'
import { failureOf, signedOut } from './failures.ts'
import type { Answer, Http } from './http.ts'

/** The sign-in at one site: its tokens never leave this file except into an `Authorization` header. */
export interface Session {
  readonly signedIn: boolean
  /** An access token that is good for a while; renews it first where it is about to end. Rejects with SIGNED_OUT, OFFLINE … */
  token(): Promise<string>
  /** After the agent refused `stale`: one renewal, however many ask. */
  renew(stale: string): Promise<string>
  /**
   * Rejects with WRONG_CREDENTIALS, RATE_LIMITED, OFFLINE … `accepted` is told who it is before the first request goes
   * out in that name: what belongs to another user must not be sent then.
   */
  signIn(username: string, password: string, accepted?: (user: SignedInUser) => Promise<void>): Promise<void>
  /**
   * Signs in as the owner of the agent's socket, without a password. The sign-in lives as long as this process: it is renewed in
   * the same way, and nothing of it is stored. Rejects with NOT_FOUND where the agent is not the user's own.
   */
  signInAsOwner(accepted?: (user: SignedInUser) => Promise<void>): Promise<void>
  /** Ends it here at once, and at the agent where that can be reached. */
  signOut(): Promise<void>
  /** Called after a sign-in and after the sign-in ended, by the user or by the agent. */
  onChange(listener: () => void): () => void
}

export interface SessionParts {
  http: Http
  site: string
  secrets: SecretStore
  /** Where the refresh token is kept in `secrets`. */
  key: string
  log: Logger
  now: () => number
}

/**
 * What outlives the process. `requestId` stands there while a renewal is under way: were its answer lost, the same token
 * with the same id gets the same pair again, where a plain second use would look like theft and end the sign-in.
 */
const Kept = Type.Object({ refreshToken: Type.String(), requestId: Type.Optional(Type.String()) })
type Kept = Static<typeof Kept>

/** Renew when less than this is left, or less than a third of the token's life where that is shorter. */
const marginMs = 60_000

export async function openSession({ http, site, secrets, key, log, now }: SessionParts): Promise<Session> {
  const changes = createEmitter<[]>()
  let kept = await readKept()
  let access: { token: string; renewAt: number } | undefined
  let renewing: Promise<string> | undefined
  /** Whoever may open the agent's socket is its owner: an ended sign-in is simply made anew. */
  let isOwner = false
  /** A renewal that began before a sign-out or another sign-in must not bring the old session back. */
  let generation = 0
  /** Access tokens of the sign-in that stands: a request of the one before must not be sent again in the next one's name. */
  const issued = new Set<string>()

  async function readKept(): Promise<Kept | undefined> {
    try {
      const value: unknown = JSON.parse((await secrets.get(key)) ?? 'null')
      return Value.Check(Kept, value) ? value : undefined
    } catch {
      return undefined
    }
  }
  /**
   * One change of the store after the other, whatever time each takes: a token that was taken back must not return. A store
   * that fails costs a sign-in after the next start, not the one at hand.
   */
  let storing: Promise<void> = Promise.resolve()
  function keep(wanted: Kept | undefined): Promise<void> {
    kept = wanted
    if (isOwner) return storing
    storing = storing.then(() => persist(wanted))
    return storing
  }
  async function persist(wanted: Kept | undefined): Promise<void> {
    try {
      if (wanted === undefined) await secrets.delete(key)
      else await secrets.set(key, JSON.stringify(wanted))
    } catch (error) {
      log.warn('the sign-in could not be stored', { site, reason: error instanceof Error ? error.message : '' })
    }
  }
  function accept(answer: { access_token: string; expires_in: number }): string {
    const life = answer.expires_in * 1000
    issued.add(answer.access_token)
    access = { token: answer.access_token, renewAt: now() + life - Math.min(marginMs, life / 3) }
    return answer.access_token
  }

  /** Processes that share the store renew in turn, each with the token that the one before it was given. */
  async function refresh(): Promise<string> {
    const mine = generation
    if (secrets.exclusively === undefined || isOwner) return refreshAlone(mine)
    return secrets.exclusively(async () => {
      const stored = await readKept()
      // Signed out, or in anew, while this one waited its turn.
      if (mine !== generation) throw signedOut(site)
      kept = stored
      return refreshAlone(mine)
    })
  }
  async function refreshAlone(mine: number): Promise<string> {
    const before = kept
    if (before === undefined) throw signedOut(site)
    const requestId = before.requestId ?? randomUUID()
    if (before.requestId === undefined) await keep({ ...before, requestId })
    const path = '/api/auth/refresh'
    const answer = await http.ask({
      method: 'POST',
      path,
      json: { refresh_token: before.refreshToken, request_id: requestId },
    })
    if (mine !== generation) throw signedOut(site)
    if (answer.status === 200) {
      const body = read(RefreshAnswer, answer)
      // On the disk before its first use: from now on the old one is worth nothing.
      await keep({ refreshToken: body.refresh_token })
      return accept(body)
    }
    if (answer.status !== 400 && answer.status !== 401) throw refusal(answer, path)
    if (isOwner) return (await own()).access_token
    log.info('the sign-in has ended', { site })
    await end()
    throw signedOut(site)
  }
  async function own(accepted?: (user: SignedInUser) => Promise<void>): Promise<LoginAnswer> {
    const answer = await http.ask({ method: 'POST', path: OWNER_SIGN_IN })
    if (answer.status !== 200) throw refusal(answer, OWNER_SIGN_IN)
    const body = read(LoginAnswer, answer)
    await accepted?.(userOf(body))
    isOwner = true
    await keep({ refreshToken: body.refresh_token })
    accept(body)
    return body
  }
  /** One at a time; all who need a token wait for the same one. */
  function refreshOnce(): Promise<string> {
    renewing ??= refresh().finally(() => (renewing = undefined))
    return renewing
  }
  /** What was under way belongs to nobody any more. */
  function breakOff(): void {
    generation += 1
    access = undefined
    renewing = undefined
    issued.clear()
  }
  async function end(): Promise<void> {
    breakOff()
    await keep(undefined)
    isOwner = false
    changes.emit()
  }
  /** At most as long as a user would wait for a sign-out. */
  const firstToken = (): Promise<string | undefined> =>
    Promise.race([refreshOnce(), wait(2000).then(() => undefined)]).catch(() => undefined)
  const refusal = (answer: Answer, path: string) =>
    failureOf(site, { status: answer.status, path, body: answer.body, retryAfter: answer.headers['retry-after'] })

  return {
    get signedIn() {
      return kept !== undefined
    },
    async token() {
      if (kept === undefined) throw signedOut(site)
      return access !== undefined && now() < access.renewAt ? access.token : refreshOnce()
    },
    async renew(stale) {
      if (!issued.has(stale)) throw signedOut(site)
      // Somebody else's renewal may have been faster than this refusal.
      if (access !== undefined && access.token !== stale) return access.token
      return refreshOnce()
    },
    async signIn(username, password, accepted) {
      const path = '/api/auth/login'
      const answer = await http.ask({ method: 'POST', path, json: { username, password } })
      if (answer.status !== 200) throw refusal(answer, path)
      const body = read(LoginAnswer, answer)
      // Nothing goes out in the name of the one before any more once the next is known as the user.
      if (kept !== undefined) await end()
      await accepted?.(userOf(body))
      breakOff()
      isOwner = false
      await keep({ refreshToken: body.refresh_token })
      accept(body)
      changes.emit()
    },
    async signInAsOwner(accepted) {
      breakOff()
      await own(accepted)
      changes.emit()
    },
    async signOut() {
      // A process that has only just started has no access token yet; the agent takes a sign-out from nobody else.
      const token = kept === undefined ? undefined : (access?.token ?? (await firstToken()))
      const last = kept
      await end()
      if (last === undefined || token === undefined) return
      const request = { method: 'POST', path: '/api/auth/logout', token } as const
      await http
        .ask({ ...request, json: { refresh_token: last.refreshToken }, signal: AbortSignal.timeout(5000) })
        .catch(() => log.info('the agent could not be told of the sign-out', { site }))
    },
    onChange: (listener) => changes.on(listener),
  }
}

const userOf = ({ user: { username, email, groups, permissions } }: LoginAnswer): SignedInUser => ({
  username,
  email,
  groups,
  permissions,
})

function read<T extends TSchema>(schema: T, answer: Answer): Static<T> {
  let body: unknown
  try {
    body = JSON.parse(answer.body)
  } catch {
    body = undefined
  }
  if (Value.Check(schema, body)) return body
  throw appError(
    'AGENT',
    { status: answer.status, message: 'The answer is not understood.' },
    'A sign-in answer is not understood.',
  )
}
