import type { TlsFailure } from '../../../../contract/errors.ts'
import { AppError, appError } from '../../kit/app-error.ts'

/** What Node calls it (X509_V_ERR_… of OpenSSL without its prefix, and codes of its own). */
const reasons: Readonly<Record<string, TlsFailure>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  // The authority at the top of the chain is one that this machine does not know.
  SELF_SIGNED_CERT_IN_CHAIN: 'unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown-authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknown-authority',
  CERT_UNTRUSTED: 'unknown-authority',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not-yet-valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'wrong-name',
  HOSTNAME_MISMATCH: 'wrong-name',
  EPROTO: 'protocol',
  ERR_TLS_PROTOCOL_VERSION_CONFLICT: 'protocol',
  ERR_TLS_INVALID_PROTOCOL_VERSION: 'protocol',
  CERT_REVOKED: 'other',
  CERT_REJECTED: 'other',
  CERT_SIGNATURE_FAILURE: 'other',
  CERT_CHAIN_TOO_LONG: 'other',
  PATH_LENGTH_EXCEEDED: 'other',
  INVALID_CA: 'other',
  INVALID_PURPOSE: 'other',
}
const longestDetail = 500

/**
 * Why the way to a site is closed, where its certificate, its encryption or a proxy is the reason; undefined for an agent that
 * just does not answer. Looks through the causes: got and others wrap what Node says. `host` is the site's, as errors name it.
 */
export function wayFailure(error: unknown, host: string): AppError | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    // A stream of an SSH session that was cut is an agent that does not answer: why is the session's to tell.
    if (cause instanceof AppError) return cause.value.code === 'SSH_FAILED' ? undefined : cause
    const reason = tlsReason(cause)
    if (reason !== undefined) return tlsFailed(host, reason, detailOf(cause))
  }
  return undefined
}

export function tlsFailed(host: string, reason: TlsFailure, detail: string): AppError {
  return appError('TLS_FAILED', { host, reason, detail }, `The certificate or encryption of ${host}: ${detail}`)
}

export type ProxyFailure = 'refused' | 'unreachable' | 'authentication' | 'pac'

/** `proxy` without a name or password in it. */
export function proxyFailed(proxy: string, reason: ProxyFailure, detail: string): AppError {
  return appError('PROXY_FAILED', { proxy, reason, detail }, `The proxy ${proxy}: ${detail}`)
}

/** What a system error says, in one line with its code. */
export function detailOf(error: Error): string {
  const code = codeOf(error)
  const text = error.message.replaceAll(/\s+/g, ' ').trim().slice(0, longestDetail)
  return code === '' || text.includes(code) ? text : `${text} (${code})`
}

export const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '')

function tlsReason(error: Error): TlsFailure | undefined {
  const code = codeOf(error)
  if (Object.hasOwn(reasons, code)) return reasons[code]
  if (!code.startsWith('ERR_SSL_')) return undefined
  // The other side finds fault with a certificate of ours, of which there is none: it wants one.
  return /ALERT_.*CERTIFICATE/.test(code) ? 'other' : 'protocol'
}
