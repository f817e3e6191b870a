import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'

/** How a site is reached. Straight for now; a tunnel brings an agent whose connections are its channels. */
export interface Transport {
  /** The site's address, without a slash at its end. */
  url: string
  /** Keeps and makes connections, for either scheme. */
  agent: HttpAgent
  /** The same by scheme, as got wants it. */
  agents: { http?: HttpAgent; https?: HttpsAgent }
  request(url: URL, options: RequestOptions): ClientRequest
  close(): void
}

/** Uploads keep several chunks in flight beside streams that follow a log and ordinary calls. */
const sockets = { maxSockets: 32, maxFreeSockets: 16, keepAlive: true }

export function directTransport(url: string): Transport {
  if (url.startsWith('https:')) {
    const https = new HttpsAgent(sockets)
    const request: Transport['request'] = (to, options) => httpsRequest(to, { ...options, agent: https })
    return { url, agent: https, agents: { https }, request, close: () => https.destroy() }
  }
  const http = new HttpAgent(sockets)
  const request: Transport['request'] = (to, options) => httpRequest(to, { ...options, agent: http })
  return { url, agent: http, agents: { http }, request, close: () => http.destroy() }
}
