import { Type } from 'typebox'

/**
 * The closed set of errors that cross from the core to a window or terminal, with the data each carries.
 * The renderer turns every code into a sentence with its next step, in both languages (`renderer/app/errors.ts`, exhaustive).
 */
export interface ErrorData {
  /** The input did not fit its schema; `path` is a JSON pointer into the input. */
  BAD_INPUT: { path: string; reason: string }
  UNKNOWN_METHOD: { method: string }
  CANCELLED: Record<string, never>
  /** A fault of ours; `reference` finds it in the log. */
  INTERNAL: { reference: string }
  FRAME_TOO_LARGE: { limit: number }
  /** The window lost its core; calls wait or fail with this. */
  DISCONNECTED: Record<string, never>

  NOT_FOUND: {
    what:
      | 'site'
      | 'template'
      | 'job'
      | 'upload'
      | 'task'
      | 'file'
      | 'setting'
      | 'question'
      | 'forward'
      | 'terminal'
      | 'desktop'
      | 'outbox'
    id: string
  }
  CONFLICT: { reason: string }

  /** The agent does not answer; `site` is its name. */
  OFFLINE: { site: string }
  /** Something answers at the address, but it is no Headway agent (or speaks another protocol version). */
  NOT_AN_AGENT: { url: string; reason: string }
  /** A site's SSH connection could not be made or was refused; `host` is the hop, `detail` what the system or server said. */
  SSH_FAILED: { host: string; reason: SshFailure; detail: string }
  /** No agent could be put on the head node or started there. */
  INSTALL_FAILED: { host: string; reason: InstallFailure; detail: string }
  /** The site's certificate or encryption is not accepted. */
  TLS_FAILED: { host: string; reason: TlsFailure; detail: string }
  /** The proxy on the way to the site refused or does not answer. */
  PROXY_FAILED: { proxy: string; reason: 'refused' | 'unreachable' | 'authentication' | 'pac'; detail: string }
  /** No way leads to the desktop's X server; `host` is where it runs. */
  DESKTOP_UNREACHABLE: { host: string; reason: DesktopFailure; detail: string }
  /** A port of this machine that a forward should listen on. */
  PORT_TAKEN: { port: number }
  SIGNED_OUT: { site: string }
  WRONG_CREDENTIALS: Record<string, never>
  /** Seconds until the next attempt is accepted. */
  RATE_LIMITED: { retryAfter: number }
  FORBIDDEN: { permission: string }
  /** The site's agent cannot act as the user's account on the cluster. */
  ACCOUNT_REFUSED: { reason: 'no-account' | 'system' | 'not-allowed' | 'no-home' | 'not-own' }
  /** The agent refused or failed in a way that has no code here; `message` is its sentence. */
  AGENT: { status: number; message: string }
  /** The operating system offers no encryption for stored secrets. */
  SECRETS_UNAVAILABLE: { reason: string }

  /** Sizes in bytes. */
  FILE_TOO_LARGE: { name: string; size: number; limit: number }
  FILE_CHANGED: { name: string }
  FILE_MISSING: { name: string }
  FILE_UNREADABLE: { name: string; reason: string }
  /** A browser cannot read a picked file again after a reload: the user has to pick it once more. */
  FILE_DETACHED: { name: string }
  /** Refused by the agent's security checks. */
  FILE_REFUSED: { name: string; warnings: string[] }
  NAME_REFUSED: { name: string; reason: 'empty' | 'too-long' | 'traversal' | 'control-character' | 'reserved' }
  CHECKSUM_MISMATCH: { name: string }
  /** `limit`: of a quota that is used up. `here`: the disk of this computer. Sizes in bytes. */
  NO_SPACE: { needed: number; free: number; limit?: number; here?: true }

  TEMPLATE_INVALID: { line: number; reason: string }
  PARAMETER_INVALID: { parameter: string; reason: string }
  /** Commands that the template needs and the cluster lacks. */
  REQUIREMENT_MISSING: { commands: string[] }
  FILES_MISSING: { slots: string[] }
}

export type DesktopFailure =
  /** It waits, starts or has ended. */
  | 'not-ready'
  /** The head node does not get through to it, or its node refuses an SSH sign-in. */
  | 'unreachable'
  /** Only SSH leads to its node, and the site is reached by HTTPS. */
  | 'needs-ssh'
  /** What answers there has another certificate than the session made, or speaks no RFB. */
  | 'not-the-session'

export type SshFailure =
  | 'unknown-host'
  | 'refused'
  | 'timed-out'
  | 'unreachable'
  | 'not-ssh'
  | 'no-common-algorithm'
  | 'key-declined'
  | 'key-changed'
  | 'key-revoked'
  | 'certificate-authority'
  | 'authentication'
  /** The server asks something, and the user was not to be asked just then. */
  | 'question'
  | 'identity'
  | 'closed'
  | 'one-session'
  | 'forwarding-forbidden'
  | 'config'
  | 'no-program'

export type InstallFailure =
  | 'declined'
  | 'no-shell'
  | 'platform'
  | 'glibc'
  | 'no-space'
  | 'quota'
  | 'read-only'
  | 'noexec'
  | 'tools'
  | 'damaged'
  | 'not-packaged'
  | 'start'
  | 'elsewhere'

export type TlsFailure =
  | 'self-signed'
  | 'unknown-authority'
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-name'
  | 'pin'
  | 'protocol'
  | 'ca-file'
  | 'other'

export type ErrorCode = keyof ErrorData

/** An error as it crosses the boundary. `message` is for logs and scripts, never shown as it is where a sentence exists. */
export type AppErrorValue = {
  [C in ErrorCode]: { code: C; data: ErrorData[C]; message: string; retry?: { afterSeconds: number } }
}[ErrorCode]

/** The same as a schema; what a code carries is fixed by the types above. */
export const AppError = Type.Unsafe<AppErrorValue>({ type: 'object' })
