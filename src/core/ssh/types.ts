import type { Duplex } from 'node:stream'
import type { TerminalSize } from '../../../contract/terminals.ts'

/** Where a stream through a site's SSH session ends, as its head node sees it. */
export type StreamTarget = { socketPath: string } | { host: string; port: number }

/** A command that runs on the head node. Its standard input and output are the stream; ended by destroying it. */
export interface RemoteProcess extends Duplex {
  /** Standard error as it comes. */
  readonly stderr: NodeJS.ReadableStream
  /** `code` is undefined where a signal ended it or the connection was lost. */
  readonly exited: Promise<{ code: number | undefined }>
}

/** A login shell on a terminal of the server's. */
export interface RemoteShell extends RemoteProcess {
  resize(size: TerminalSize): void
}

/**
 * A site's SSH session, whatever carries it. It reconnects by itself where nothing must be asked; every call waits for it, up to
 * the signal. Rejects with AppError SSH_FAILED, CANCELLED, or the signal's reason.
 */
export interface SshAccess {
  /** Opens a byte stream without a listening socket: `direct-streamlocal`, `direct-tcpip`, or through the bridge. */
  stream(target: StreamTarget, signal?: AbortSignal): Promise<Duplex>
  /** Runs a command line by the user's login shell, which may be any; without a terminal. */
  exec(command: string, signal?: AbortSignal): Promise<RemoteProcess>
  shell(size: TerminalSize, signal?: AbortSignal): Promise<RemoteShell>
}

/** Waits towards a server, in milliseconds. */
export interface SshTimes {
  /** For the TCP connection. */
  connectMs: number
  /** For each answer of the server until it has let us in; while a question is open the clock stands. */
  answerMs: number
  /** Between signs of life that are asked for. */
  aliveEveryMs: number
  /** Without a byte from there, nor one taken there, the link is dead. */
  deadAfterMs: number
}

/** How far a connection has come: a hop's key was accepted, a hop let us in. */
export type Stage = { kind: 'host-key'; host: string; key: string } | { kind: 'auth'; host: string; by: string }

/** One server on the way, the head node or a jump host before it. */
export interface Hop {
  /** `user@host`, with the port where it is not 22: as questions, errors and secrets name it. */
  label: string
  user: string
  host: string
  port: number
  /** Under which its host key is known: its own, or a HostKeyAlias. */
  keyName: { host: string; port: number }
  /** Ways of signing in that the configuration wants, in their order (RFC 4252 names); absent: OpenSSH's. */
  preferred?: readonly string[] | undefined
  /** Milliseconds for the TCP connection, where configured. */
  connectMs?: number | undefined
}
