import { request as httpRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIPv6, type Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { AppError } from '../../kit/app-error.ts'
import { codeOf, detailOf, proxyFailed } from './failure.ts'
import type { Proxy } from './proxies.ts'

export interface Target {
  host: string
  port: number
}

/** A proxy's words for "it is the site that I cannot reach". */
const beyond = new Set([502, 503, 504])

/**
 * Asks a proxy for a byte stream to the target (CONNECT, RFC 9110 section 9.3.6). Rejects with PROXY_FAILED; with another error
 * where the proxy works and the target does not answer; with the signal's AbortError. `timeoutMs` bounds the whole.
 */
export function openTunnel(
  proxy: Proxy,
  { host, port }: Target,
  { signal, timeoutMs, context }: { signal: AbortSignal; timeoutMs: number; context: SecureContext | undefined },
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`
    const options: RequestOptions & { secureContext?: SecureContext } = {
      method: 'CONNECT',
      host: proxy.host,
      port: proxy.port,
      path: authority,
      headers: {
        host: authority,
        ...(proxy.authorization === undefined ? {} : { 'proxy-authorization': proxy.authorization }),
      },
      agent: false,
      signal,
      ...(context === undefined ? {} : { secureContext: context }),
    }
    const asked: ClientRequest = proxy.secure ? httpsRequest(options) : httpRequest(options)
    const late = `no answer within ${Math.round(timeoutMs / 1000)} s`
    const timer = setTimeout(() => asked.destroy(proxyFailed(proxy.url, 'unreachable', late)), timeoutMs)
    asked.on('connect', (answer, socket, head) => {
      clearTimeout(timer)
      const refusal = refusalOf(proxy, answer, authority)
      if (refusal !== undefined) {
        socket.destroy()
        return reject(refusal)
      }
      // Whoever gets it listens a moment later; an error in between must not end the process. A close follows it.
      socket.on('error', () => undefined)
      if (head.length > 0) socket.unshift(head)
      socket.setKeepAlive(true, 1000)
      socket.setNoDelay(true)
      resolve(socket)
    })
    asked.on('error', (error) => {
      clearTimeout(timer)
      reject(signal.aborted ? error : unreachable(proxy, error))
    })
    asked.end()
  })
}

function refusalOf(proxy: Proxy, answer: IncomingMessage, authority: string): Error | undefined {
  const { statusCode: status = 0, statusMessage = '' } = answer
  if (status >= 200 && status <= 299) return undefined
  const said = `${status} ${statusMessage}`.trim()
  if (beyond.has(status)) {
    return Object.assign(new Error(`the proxy cannot reach ${authority}: ${said}`), { code: 'EHOSTUNREACH' })
  }
  if (status !== 407) return proxyFailed(proxy.url, 'refused', said)
  const schemes = (answer.headers['proxy-authenticate'] ?? '').slice(0, 200)
  return proxyFailed(proxy.url, 'authentication', schemes === '' ? said : `${said}: ${schemes}`)
}

function unreachable(proxy: Proxy, error: Error): AppError | Error {
  if (error.name === 'AppError') return error
  // It answers, but not as a proxy does.
  const answers = codeOf(error).startsWith('HPE_') || codeOf(error) === 'ECONNRESET'
  return proxyFailed(proxy.url, answers ? 'refused' : 'unreachable', detailOf(error))
}
