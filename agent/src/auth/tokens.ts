import { createHash } from 'node:crypto'
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, SignJWT } from 'jose'
import { type Config, USERNAME } from '../config.ts'
import { Failure } from '../kit/failure.ts'
import type { Identity } from '../kit/identity.ts'

/** Clocks of portal and agent may differ by this much. */
export const LEEWAY_SECONDS = 30
const MAX_TOKEN = 8192

/** What a valid access token says; times in seconds since 1970. */
export interface Access {
  identity: Identity
  expiresAt: number
  /** Names the token wherever it must be remembered. */
  digest: string
}

/** Claims that, with the secret, are a token: the same claims give the same token. */
interface Claims {
  id: string
  issuedAt: number
  expiresAt: number
}

export interface Tokens {
  signAccess(who: Identity, claims: Claims): Promise<string>
  signRefresh(username: string, claims: Claims): Promise<string>
  /** Failure TOKEN_EXPIRED or TOKEN_INVALID. */
  readAccess(token: string): Promise<Access>
  /** The id of a refresh token of ours that has not expired. Failure TOKEN_EXPIRED or TOKEN_INVALID. */
  readRefresh(token: string): Promise<string>
}

/**
 * JWT (RFC 7519). The key fixes the algorithm, never the token: HS256 for the shared secret, the asymmetric ones for keys
 * of the JWKS address. So `none`, or a public key taken for an HMAC secret, cannot pass.
 */
export function createTokens(config: Config['jwt'], now: () => Date): Tokens {
  const secret = new TextEncoder().encode(config.secret)
  const remote = config.jwksUrl === undefined ? undefined : createRemoteJWKSet(new URL(config.jwksUrl))
  const checks = () => ({ clockTolerance: LEEWAY_SECONDS, requiredClaims: ['exp'], currentDate: now() })

  const verify = async (token: string, own: boolean): Promise<JWTPayload> => {
    if (token.length > MAX_TOKEN) throw invalid()
    try {
      return (await jwtVerify(token, secret, { algorithms: ['HS256'], ...checks() })).payload
    } catch (error) {
      const foreign = error instanceof errors.JOSEAlgNotAllowed && remote !== undefined && !own
      if (!foreign) throw refusal(error)
    }
    try {
      const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA']
      return (await jwtVerify(token, remote, { algorithms, ...checks() })).payload
    } catch (error) {
      throw refusal(error)
    }
  }

  const sign = (claims: JWTPayload, subject: string, { id, issuedAt, expiresAt }: Claims) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(subject)
      .setJti(id)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(secret)

  return {
    signAccess: ({ username, email, groups, permissions }, claims) =>
      sign({ email, groups, permissions, type: 'access' }, username, claims),

    signRefresh: (username, claims) => sign({ type: 'refresh' }, username, claims),

    async readAccess(token) {
      const payload = await verify(token, false)
      if ((payload['type'] ?? 'access') !== 'access') throw invalid()
      return { identity: identityFrom(payload), expiresAt: payload.exp ?? 0, digest: digestOf(token) }
    },

    async readRefresh(token) {
      const { type, jti } = await verify(token, true)
      if (type !== 'refresh' || typeof jti !== 'string') throw invalid()
      return jti
    },
  }
}

/**
 * Of header and payload alone: the last character of a signature may be written in several ways that decode alike, and a
 * token signed out must not come back in another spelling.
 */
const digestOf = (token: string) =>
  createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('hex')

const invalid = () => new Failure('TOKEN_INVALID', 'The token is not valid. Sign in again.')

function refusal(error: unknown): Failure {
  if (error instanceof errors.JWTExpired) return new Failure('TOKEN_EXPIRED', 'The token has expired.')
  return invalid()
}

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []

/** `sub`, or `user_id` of older portals. */
function identityFrom(payload: JWTPayload): Identity {
  const name = payload.sub ?? payload['user_id']
  const username = (typeof name === 'number' ? String(name) : typeof name === 'string' ? name : '').normalize('NFC')
  // It names the user's folder.
  if (!USERNAME.test(username)) throw invalid()
  const { email, groups, permissions } = payload
  return {
    username,
    email: typeof email === 'string' ? email : '',
    groups: texts(groups),
    permissions: texts(permissions),
  }
}
