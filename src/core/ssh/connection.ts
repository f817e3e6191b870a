import type { Duplex, Readable } from 'node:stream'
import type { Client, ClientChannel } from 'ssh2'
import type { SshFailure } from '../../../contract/errors.ts'
import type { TerminalSize } from '../../../contract/terminals.ts'
import { createEmitter, type Emitter } from '../kit/emitter.ts'
import { reasonOf } from '../kit/wait.ts'
import type { Logger } from '../platform.ts'
import { openBridge, type Bridge } from './bridge.ts'
import { ChannelStream } from './channel-stream.ts'
import { sshFailure } from './failure.ts'
import { connectHop } from './hop.ts'
import { KeyRing, type KeyParts } from './keys.ts'
import type { KnownHosts } from './known-hosts/index.ts'
import type { Ask } from './questions.ts'
import type { SshSecrets } from './secrets.ts'
import { shellEnvironment } from './shell-environment.ts'
import type { Hop, RemoteProcess, RemoteShell, SshTimes, Stage, StreamTarget } from './types.ts'

/** A signed-in connection to a head node, over its jump hosts where there are any. It does not come back once it is gone. */
export interface SshConnection {
  stream(target: StreamTarget, signal?: AbortSignal): Promise<Duplex>
  exec(command: string, signal?: AbortSignal): Promise<RemoteProcess>
  shell(size: TerminalSize, signal?: AbortSignal): Promise<RemoteShell>
  /** From now on streams go by this command line, which runs the bridge; undefined: straight. */
  useBridge(command: string | undefined): void
  /** From now on streams go over this channel, in which the bridge has been started: where one channel is all there is. */
  adoptBridge?(channel: Duplex): Promise<void>
  /** Streams that are open now. */
  readonly streams: number
  /** A further connection like this would need no question. */
  readonly repeatable: boolean
  readonly closed: boolean
  onClosed(listener: () => void): void
  close(): void
}

/** A hop with what is needed to sign in to it. */
export interface RouteHop extends Hop {
  knownHosts: KnownHosts
  keys: Pick<KeyParts, 'agent' | 'only' | 'identities'>
}

export interface ConnectParts {
  /** The jump hosts in their order, the head node last. */
  route: readonly RouteHop[]
  /** Absent: by a TCP connection to the first hop; else through this one. */
  through?: Pick<SshConnection, 'stream' | 'repeatable'>
  secrets: SshSecrets
  ask: Ask | undefined
  signal: AbortSignal
  times: SshTimes
  log: Logger
  stage?: (stage: Stage) => void
}

/** Connects hop by hop. Rejects with SSH_FAILED, NeedsUser, ClosedWhileAsking, or the signal's reason. */
export async function connectRoute(parts: ConnectParts): Promise<SshConnection> {
  const { route, secrets, ask, signal, times, log, stage } = parts
  const clients: Client[] = []
  let repeatable = parts.through?.repeatable ?? true
  let last: Hop | undefined
  try {
    for (const hop of route) {
      const before = clients.at(-1)
      const target = { host: hop.host, port: hop.port }
      const through =
        before === undefined || last === undefined
          ? await parts.through?.stream(target, signal)
          : new ChannelStream(await forward(before, last.label, target, signal))
      const keys = new KeyRing({ ...hop.keys, host: hop.label, secrets, ask, signal, log })
      const open = await connectHop({
        hop,
        through,
        knownHosts: hop.knownHosts,
        keys,
        secrets,
        ask,
        signal,
        times,
        log,
        stage,
      })
      repeatable &&= open.repeatable
      clients.push(open.client)
      last = hop
    }
  } catch (error) {
    for (const client of clients.toReversed()) client.end()
    throw error
  }
  const client = clients.at(-1)
  if (client === undefined || last === undefined) throw new Error('a route has at least one hop')
  return overClient({ client, clients, label: last.label, repeatable })
}

function overClient(parts: { client: Client; clients: Client[]; label: string; repeatable: boolean }): SshConnection {
  const { client, clients, label, repeatable } = parts
  const gone = createEmitter<[]>()
  const open = new Set<ChannelStream>()
  let streams = 0
  let closed = false
  let bridgeCommand: string | undefined
  let bridge: Promise<Bridge> | undefined

  const end = (): void => {
    if (closed) return
    closed = true
    for (const stream of open) stream.lost(sshFailure(label, 'closed', 'the connection was lost'))
    for (const each of clients.toReversed()) each.end()
    gone.emit()
  }
  // Over a jump host a lost server shows as the end of the channel to it.
  for (const each of clients)
    each
      .on('end', end)
      .on('close', end)
      .on('error', () => undefined)

  function keep<S extends ChannelStream>(stream: S): S {
    open.add(stream)
    stream.once('close', () => open.delete(stream))
    // Whoever uses it listens for themselves; one that nobody listens to any more must not end the process.
    stream.on('error', () => undefined)
    if (closed) stream.lost(sshFailure(label, 'closed'))
    return stream
  }
  async function exec(command: string, signal?: AbortSignal): Promise<RemoteProcess> {
    return keep(asProcess(await channelOf(label, signal, (done) => client.exec(command, done), true), gone))
  }
  async function bridged(command: string, target: StreamTarget, signal?: AbortSignal): Promise<Duplex> {
    bridge ??= exec(command).then((process) => openBridge(process, { host: label }))
    const opening = bridge
    const opened = await opening.catch((error: unknown) => {
      if (bridge === opening) bridge = undefined
      throw error
    })
    void opened.closed.finally(() => {
      if (bridge === opening) bridge = undefined
    })
    return opened.stream(target, signal)
  }
  return {
    exec,
    async stream(target, signal) {
      if (closed) throw sshFailure(label, 'closed')
      const stream =
        bridgeCommand === undefined
          ? keep(new ChannelStream(await forward(client, label, target, signal)))
          : await bridged(bridgeCommand, target, signal)
      streams += 1
      stream.once('close', () => (streams -= 1))
      return stream
    },
    async shell({ columns, rows }, signal) {
      const window = { term: 'xterm-256color', cols: columns, rows, width: 0, height: 0 }
      const channel = await channelOf(
        label,
        signal,
        (done) => client.shell(window, { env: shellEnvironment }, done),
        true,
      )
      const resize = (size: TerminalSize): void => channel.setWindow(size.rows, size.columns, 0, 0)
      return Object.assign(keep(asProcess(channel, gone)), { resize })
    },
    useBridge(command) {
      bridgeCommand = command
    },
    get streams() {
      return streams
    },
    repeatable,
    get closed() {
      return closed
    },
    onClosed: (listener) => void gone.on(listener),
    close: end,
  }
}

/** Opens `direct-tcpip` (RFC 4254, section 7.2) or `direct-streamlocal@openssh.com` (OpenSSH's PROTOCOL, section 2.4). */
function forward(client: Client, label: string, target: StreamTarget, signal?: AbortSignal): Promise<ClientChannel> {
  return channelOf(label, signal, (done) =>
    'socketPath' in target
      ? client.openssh_forwardOutStreamLocal(target.socketPath, done)
      : client.forwardOut('127.0.0.1', 0, target.host, target.port, done),
  )
}

type Done = (error: Error | undefined, channel: ClientChannel) => void

/** Opens a channel; one that comes after the signal is closed again. */
function channelOf(
  label: string,
  signal: AbortSignal | undefined,
  open: (done: Done) => void,
  isSession = false,
): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(reasonOf(signal))
    const abort = (): void => {
      if (signal !== undefined) reject(reasonOf(signal))
    }
    signal?.addEventListener('abort', abort, { once: true })
    const done: Done = (error, channel) => {
      signal?.removeEventListener('abort', abort)
      if (error !== undefined) return reject(sshFailure(label, channelReason(error, isSession), error.message))
      channel.on('error', () => undefined)
      if (signal?.aborted === true) channel.destroy()
      else resolve(channel)
    }
    try {
      open(done)
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)), undefined as never)
    }
  })
}

/** Why a channel was not opened (RFC 4254, section 5.1), by its reason code. OpenSSH refuses sessions beyond MaxSessions so. */
function channelReason(error: Error & { reason?: unknown }, isSession: boolean): SshFailure {
  if (isSession && (error.reason === 1 || error.reason === 2)) return 'one-session'
  if (error.reason === 1) return 'forwarding-forbidden'
  if (error.reason === 2) return /refused/i.test(error.message) ? 'refused' : 'unreachable'
  return 'closed'
}

/** `gone`: the connection's end, after which no word of the server's comes any more. */
function asProcess(channel: ClientChannel, gone: Emitter<[]>): ChannelStream & RemoteProcess {
  let code: number | undefined
  channel.on('exit', (status: number | null) => (code = status ?? undefined))
  const stream = new ChannelStream(channel)
  const exited = new Promise<{ code: number | undefined }>((resolve) => {
    const off = gone.on(() => resolve({ code }))
    channel.once('close', () => {
      off()
      resolve({ code })
    })
  })
  const stderr: Readable = channel.stderr
  return Object.assign(stream, { stderr, exited })
}
