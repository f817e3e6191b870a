import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import type { AgentEvent, Topic } from '../../../contract/agent/events.ts'
import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import type { Runner } from '../runner/index.ts'
import type { UserFiles } from '../user-files/index.ts'
import type { Permission } from './identity.ts'

/** What every noun of the agent is built with; made once in app.ts, handed down, never reached for. */
export interface Agent {
  config: Config
  db: Kysely<Database>
  log: Logger
  now: () => Date
  audit: Audit
  hub: Hub
  files: UserFiles
  runner: Runner
  metrics: Metrics
}

export interface Audit {
  /** Who did what to which resource, and how it ended. Never a secret in it. */
  record(entry: {
    user: string
    action: string
    resource?: string
    method?: string
    address?: string
    userAgent?: string
    status: 'success' | 'failure'
    error?: string
  }): void
  security(event: {
    type: 'failed_login' | 'rate_limit' | 'invalid_token' | 'upload_refused' | 'token_reuse'
    severity: 'low' | 'medium' | 'high'
    user?: string
    address?: string
    detail?: string
  }): void
}

export interface Hub {
  /** To the user's own connections, or to everybody who may see public things. Never blocks, never buffers without bound. */
  publish(topic: Topic, event: AgentEvent, to: { user: string } | 'public'): void
  /** Connected clients now. */
  readonly connections: number
}

/** Counters that other nouns feed; registered with prom-client in metrics/. */
export interface Metrics {
  count(name: string, labels?: Record<string, string>): void
  /** A gauge read at scrape time. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void
  /** The same with a value for each value of one label. */
  gaugeBy(name: string, help: string, label: string, read: () => Readonly<Record<string, number>>): void
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Any of these is enough. Every route names either this or `public`; a route with neither stops the agent at start. */
    permission?: Permission[]
    /** `user`: any signed-in user. `all`: nobody needs to be signed in. */
    public?: 'all' | 'user'
    /** Requests per fixed window and user (per address without one). */
    limit?: { max: number; windowSeconds: number }
    /** Acts once for each `Idempotency-Key` (idempotency/). */
    once?: true
  }
}
