import type { IncomingMessage } from 'node:http'
import type { WebSocket } from 'ws'
import type { Access } from '../auth/index.ts'
import type { Permission } from '../kit/identity.ts'

/** A WebSocket of another noun, beside `/ws`. */
export interface UpgradePath {
  /** Of the whole path, as it is written; its groups are handed on. */
  pattern: RegExp
  /** Any of these is enough. */
  permission: readonly Permission[]
  /** The subprotocol it is answered with where the client offers it; never one that carries a secret. */
  protocol: string
  /** Before the upgrade: a Failure becomes an ordinary answer. */
  accept(asked: {
    access: Access
    groups: readonly string[]
    /** Subprotocols that were offered, without the token's. */
    offered: readonly string[]
    request: IncomingMessage
  }): Promise<Accepted>
}

export interface Accepted {
  open(socket: WebSocket): void
  /** The client went away, or asked for no WebSocket, before it could be opened. */
  abandon(): void
}
