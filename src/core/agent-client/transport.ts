import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { leadBy, type WayOptions } from './https/way.ts'

/** How a site is reached: straight, through a proxy, or by an agent whose connections are channels of a tunnel. */
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
export const keptSockets = { maxSockets: 32, maxFreeSockets: 16, keepAlive: true }

/**
 * The site's own address, by the options of an `https://` site; they hold for `http://` too as far as they concern proxies.
 * Without options no proxy is used and Node's own authorities are trusted. What is wrong with options shows when connecting:
 * BAD_INPUT, TLS_FAILED, PROXY_FAILED.
 */
export function directTransport(url: string, options?: WayOptions): Transport {
  const secure = url.startsWith('https:')
  const agent = secure ? new HttpsAgent(keptSockets) : new HttpAgent(keptSockets)
  const end = options === undefined ? undefined : leadBy(agent, new URL(url), options)
  const send = secure ? httpsRequest : httpRequest
  return {
    url,
    agent,
    agents: agent instanceof HttpsAgent ? { https: agent } : { http: agent },
    request: (to, requestOptions) => send(to, { ...requestOptions, agent }),
    close() {
      end?.()
      agent.destroy()
    },
  }
}
