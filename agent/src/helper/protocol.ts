import { agentErrorStatus, type AgentErrorCode } from '../../../contract/agent/errors.ts'
import { Failure } from '../kit/failure.ts'

/** Agent and helper are installed together; a helper of another version is not spoken to. */
export const PROTOCOL = 2

/** Bytes of one read and of one part of a long answer. */
export const PIECE = 1 << 20
/** Requests that one helper works on at a time; the agent keeps more of them waiting on its side. */
export const MAX_REQUESTS = 64

/**
 * What the helper says first. `{hello, user, uid, area}`, or with `problem` why it cannot serve this user; then it ends.
 * After it: requests `{id, op, ...}`, each answered by `{id, more: true}` frames with parts of a long payload, then by one
 * `{id, ...}` with the rest of it, or by `{id, error}`.
 */
export interface Hello {
  hello: number
  user: string
  uid: number
  /** Absolute path of the user's area. */
  area: string
}

/** An error as it travels: a refusal with its sentence, or the system's own word (`ENOSPC`). */
export interface WireError {
  code: string
  message: string
  kind: 'failure' | 'system'
  details?: Record<string, unknown>
}

export function toWire(error: unknown): WireError {
  if (error instanceof Failure) {
    const { code, message, details } = error
    return { kind: 'failure', code, message, ...(details === undefined ? {} : { details }) }
  }
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN'
  return { kind: 'system', code, message: message.slice(0, 500) }
}

const isCode = (code: string): code is AgentErrorCode => Object.hasOwn(agentErrorStatus, code)

/** The error on the other side, so that callers need not know where it came from. */
export function fromWire(wire: unknown): Error {
  const { kind, code, message, details } = (typeof wire === 'object' && wire !== null ? wire : {}) as Partial<
    Record<keyof WireError, unknown>
  >
  const text = typeof message === 'string' ? message.slice(0, 500) : 'The helper gave no reason.'
  if (kind === 'failure' && typeof code === 'string' && isCode(code)) {
    const isRecord = typeof details === 'object' && details !== null && !Array.isArray(details)
    return new Failure(code, text, isRecord ? { details: details as Record<string, unknown> } : {})
  }
  return Object.assign(new Error(text), typeof code === 'string' ? { code: code.slice(0, 40) } : {})
}
