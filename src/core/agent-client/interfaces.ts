import type { Duplex, Readable } from 'node:stream'
import type { AgentEvent } from '../../../contract/agent/events.ts'

export interface RequestOptions {
  query?: Record<string, string | number | undefined>
  json?: unknown
  /** `Idempotency-Key`: with the same key the agent does it once and gives the same answer again. */
  key?: string
  signal?: AbortSignal
}

/**
 * One site's agent, signed in. Access tokens are renewed before they end and once after a 401, one renewal for all that
 * wait. Every rejection is an `AppError`: OFFLINE when nothing answers, SIGNED_OUT when the sign-in has ended,
 * RATE_LIMITED with the seconds to wait, otherwise the code that the agent's own code maps to.
 */
export interface AgentClient {
  get<T>(path: string, options?: Omit<RequestOptions, 'json'>): Promise<T>
  post<T>(path: string, options?: RequestOptions): Promise<T>
  put<T>(path: string, options?: RequestOptions): Promise<T>
  delete<T>(path: string, options?: RequestOptions): Promise<T>
  /**
   * Raw bytes up (an upload's chunk). No retry of its own: the caller knows what a chunk means. With `pace` the body goes
   * out in pieces: it is asked before each, with the bytes that are left, and resolves with how many may go now.
   */
  putBytes<T>(
    path: string,
    body: Uint8Array,
    headers: Record<string, string>,
    signal: AbortSignal,
    pace?: (left: number) => Promise<number>,
  ): Promise<T>
  /** The same by POST: a set of small files. */
  postBytes<T>(...parts: Parameters<AgentClient['putBytes']>): Promise<T>
  /** Bytes down, as they come; `headers` in lower case. */
  stream(
    path: string,
    options: { query?: RequestOptions['query']; headers?: Record<string, string>; signal: AbortSignal },
  ): Promise<{ body: Readable; headers: Record<string, string> }>
  /**
   * Bytes both ways, over a WebSocket: what its messages hold, as they are. Secrets among `protocols` get into no address. `signal`
   * ends the asking alone. Not closed with the site: whoever opened it closes it.
   */
  upgrade(path: string, options: { protocols: readonly string[]; signal: AbortSignal }): Promise<Duplex>
}

/** What the agent tells by itself, and whether it can be reached; the event socket reconnects with jitter and resubscribes. */
export interface AgentLink {
  onEvent(listener: (event: AgentEvent) => void): () => void
  /** Called with `true` each time the site becomes reachable and signed in (what was missed must be asked for again). */
  onReady(listener: (ready: boolean) => void): () => void
  readonly ready: boolean
  /** Milliseconds to the agent and back, the least that was measured since it was reached; undefined before that. */
  readonly roundTripMs?: number | undefined
  /** When the agent was last heard of on it: milliseconds since 1970. */
  readonly heardAt?: number | undefined
}

/** The sites' agents by site id; throws NOT_FOUND for an unknown site. */
export interface Agents {
  client(site: string): AgentClient
  link(site: string): AgentLink
  /** Sites known now, and each time the list changes. */
  onSites(listener: (sites: string[]) => void): () => void
}
