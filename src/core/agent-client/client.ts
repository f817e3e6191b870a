import { AppError } from '../kit/app-error.ts'
import { failureOf, offline } from './failures.ts'
import { maxRefusal, readText, type Answer, type Http, type Opened, type Outgoing } from './http.ts'
import type { AgentClient, RequestOptions } from './interfaces.ts'
import type { Session } from './session.ts'

/** Most of the answer to a chunk, or to a set of a thousand files. */
const maxBytesAnswer = 8 * 1024 * 1024

/** The signed-in client of one site. */
export function createClient(http: Http, session: Session, site: string): AgentClient {
  /** Sends with a token; after a 401 once more with a new one. */
  async function authorised<T extends { status: number }>(
    send: (token: string) => Promise<T>,
    drop: (refused: T) => void = () => undefined,
  ): Promise<T> {
    try {
      const token = await session.token()
      const first = await send(token)
      if (first.status !== 401) return first
      drop(first)
      return await send(await session.renew(token))
    } catch (error) {
      throw isOnTheWay(error) ? offline(site) : error
    }
  }

  const refuse = (path: string, answer: Omit<Answer, 'body'>, body: string) =>
    failureOf(site, { status: answer.status, path, body, retryAfter: answer.headers['retry-after'] })

  async function ask<T>(request: Outgoing): Promise<T> {
    const answer = await authorised((token) => http.ask({ ...request, token }))
    if (answer.status < 200 || answer.status > 299) throw refuse(request.path, answer, answer.body)
    return parse(answer.body, () => refuse(request.path, answer, '')) as T
  }

  async function open(request: Outgoing): Promise<Opened> {
    const answer = await authorised(
      (token) => http.open({ ...request, token }),
      (refused) => refused.body.resume(),
    )
    if (answer.status < 200 || answer.status > 299) {
      throw refuse(request.path, answer, await readText(answer.body, maxRefusal).catch(() => ''))
    }
    return answer
  }

  async function sendBytes<T>(
    method: 'PUT' | 'POST',
    ...[path, body, headers, signal, pace]: Parameters<AgentClient['putBytes']>
  ): Promise<T> {
    const answer = await open({ method, path, body, headers, signal, pace })
    const text = await readText(answer.body, maxBytesAnswer).catch((error: unknown) => {
      // Cut in the middle of the answer: what became of the bytes is asked for again.
      throw signal.aborted ? error : offline(site)
    })
    return parse(text, () => refuse(path, answer, '')) as T
  }

  return {
    get: (path, options) => ask({ method: 'GET', path, ...options }),
    post: (path, options) => ask({ method: 'POST', path, ...keyed(options) }),
    put: (path, options) => ask({ method: 'PUT', path, ...keyed(options) }),
    delete: (path, options) => ask({ method: 'DELETE', path, ...keyed(options) }),
    putBytes: (...parts) => sendBytes('PUT', ...parts),
    postBytes: (...parts) => sendBytes('POST', ...parts),
    stream: (path, options) => open({ method: 'GET', path, ...options }),
    async upgrade(path, { protocols, signal }) {
      const answer = await authorised(
        (token) => http.upgrade({ path, token, protocols, signal }),
        (refused) => refused.stream?.destroy(),
      )
      if (answer.stream === undefined) throw refuse(path, answer, answer.body)
      return answer.stream
    },
  }
}

const keyed = ({ key, ...options }: RequestOptions = {}): Omit<Outgoing, 'method' | 'path'> => ({
  ...options,
  ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
})

/**
 * A certificate or a proxy stands in the way: a hotel's portal, a network that was left, an expired certificate. What is under way waits
 * for it as for any lost network; the connection's state says what it is.
 */
const isOnTheWay = (error: unknown): boolean =>
  error instanceof AppError && (error.value.code === 'TLS_FAILED' || error.value.code === 'PROXY_FAILED')

/** An agent's answer is believed to have the shape of its contract; one that is no JSON comes from something else. */
function parse(text: string, otherwise: () => Error): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    throw otherwise()
  }
}
