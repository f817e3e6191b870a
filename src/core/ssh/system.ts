import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../kit/app-error.ts'
import { createEmitter } from '../kit/emitter.ts'
import { reasonOf } from '../kit/wait.ts'
import { canAskpass, createAskpass, type Askpass } from './askpass.ts'
import { openBridge, type Bridge } from './bridge.ts'
import { childStream, type Child } from './child-stream.ts'
import type { SshConnection } from './connection.ts'
import { sshFailure } from './failure.ts'
import { NeedsUser } from './hop.ts'
import type { Ask } from './questions.ts'
import { shellEnvironment } from './shell-environment.ts'
import { controlPath, startSystemSsh, throughCommand, type Sharing, type SystemDestination } from './system-command.ts'
import { untilSignedIn } from './system-login.ts'
import { shellCommand, systemShell } from './system-shell.ts'
import type { RemoteProcess } from './types.ts'

export interface SystemParts {
  destination: SystemDestination
  /** The whole environment of this process: ssh needs its agent, its Kerberos tickets, its display. */
  environment: Readonly<Record<string, string | undefined>>
  ask: Ask | undefined
  signal: AbortSignal
  /** Another one of these, which leads there. */
  through?: SshConnection
}

const shellLine = 'exec /bin/sh'
const batch = ['-o', 'BatchMode=yes']
/** Milliseconds for a command beside a shell, such as a new size. */
const besideMs = 10_000

/**
 * A connection by the workstation's own `ssh` (certificates, FIDO keys, GSSAPI, ProxyCommand …). One process signs in; its exec
 * channel is first a shell, which `exec` hands out once, and then becomes the bridge that carries every stream. Terminals and
 * further commands are processes that go through it (ControlMaster), or, where that is not to be had, sign in by themselves
 * where nothing is asked. Rejects with SSH_FAILED, NeedsUser, or the signal's reason.
 */
export async function connectSystem(parts: SystemParts): Promise<SshConnection> {
  const { through } = parts
  if (through !== undefined) return connectSystem(leadThrough(parts, through))
  const folder = await mkdtemp(join(tmpdir(), 'headway-ssh-'))
  const removeFolder = (): void => {
    try {
      rmSync(folder, { recursive: true, force: true })
    } catch {
      // An ssh that was just told to end may be making its socket there.
      rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }).catch(() => undefined)
    }
  }
  try {
    const signedIn = await login(parts, folder)
    return overProcess(parts, { ...signedIn, removeFolder })
  } catch (error) {
    removeFolder()
    const reason = error instanceof AppError && error.value.code === 'SSH_FAILED' ? error.value.data.reason : undefined
    const asks = ['authentication', 'identity', 'key-declined', 'key-changed'].includes(String(reason))
    throw parts.ask === undefined && asks && error instanceof AppError ? new NeedsUser(error) : error
  }
}

/** What is known of our connections beside what all have: where one leads, and the ControlPath. */
const known = new WeakMap<SshConnection, { destination: SystemDestination; path: string | undefined }>()

/** Through the connection that stands where it can be shared, else by signing in to that host once more on the way. */
function leadThrough({ through: _through, ...parts }: SystemParts, through: SshConnection): SystemParts {
  const before = known.get(through)
  if (before === undefined) return parts
  const { destination, path } = before
  if (path !== undefined)
    return { ...parts, destination: { ...parts.destination, proxyCommand: throughCommand(path, destination.host) } }
  const hop = `${destination.user === undefined ? '' : `${destination.user}@`}${destination.host}`
  const proxyJump = destination.port === undefined ? hop : `${hop}:${destination.port}`
  return { ...parts, destination: { ...parts.destination, proxyJump } }
}

interface SignedIn {
  child: Child
  first: RemoteProcess
  path: string | undefined
  asked: boolean
}

/** Signs in. Rejects with SSH_FAILED or the signal's reason. */
async function login(parts: SystemParts, folder: string): Promise<SignedIn> {
  const { destination, environment, ask, signal } = parts
  const { label } = destination
  const path = controlPath(folder)
  let child: Child | undefined
  let askpass: Askpass | undefined
  try {
    if (ask !== undefined && (await canAskpass())) {
      const onRefused = (): void => void child?.kill()
      askpass = await createAskpass({ folder, environment, host: label, ask, signal, onRefused })
    }
    if (signal.aborted) throw reasonOf(signal)
    child = startSystemSsh({
      destination,
      environment: { ...environment, ...askpass?.environment },
      options: ['-T', ...(askpass === undefined ? batch : [])],
      sharing: path === undefined ? undefined : { path, as: 'master' },
      command: shellLine,
    })
    const first = await untilSignedIn(child, { label, askpass, signal })
    return { child, first, path, asked: askpass?.asked === true }
  } finally {
    askpass?.close()
  }
}

const setEnv = Object.entries(shellEnvironment).flatMap(([name, value]) => ['-o', `SetEnv=${name}=${value}`])

function overProcess(
  { destination, environment }: SystemParts,
  { child: master, first, path, asked, removeFolder }: SignedIn & { removeFolder: () => void },
): SshConnection {
  const { label } = destination
  const gone = createEmitter<[]>()
  const children = new Set<RemoteProcess>()
  let handedOut = false
  let bridge: Bridge | undefined
  let closed = false
  let streams = 0

  const end = (): void => {
    if (closed) return
    closed = true
    master.kill()
    for (const each of [first, ...children]) each.destroy()
    bridge?.close()
    removeFolder()
    gone.emit()
  }
  void first.exited.then(end)
  // What it made while it ended.
  void first.exited.then(removeFolder)
  function keep<P extends RemoteProcess>(process: P): P {
    children.add(process)
    void process.exited.then(() => children.delete(process))
    return process
  }
  /** It never asks: nobody expects a question then, and there may be no window to show it. */
  function start(options: readonly string[], command: string, as: 'client' | 'client-only' = 'client'): Child {
    if (closed) throw sshFailure(label, 'closed')
    const shared: Sharing = path === undefined ? undefined : { path, as }
    return startSystemSsh({ destination, environment, options: [...options, ...batch], sharing: shared, command })
  }
  async function beside(command: string): Promise<void> {
    if (closed) return
    const process = keep(childStream(start(['-T'], command, 'client-only')))
    process.stderr.resume()
    process.resume().end()
    const late = setTimeout(() => process.destroy(), besideMs)
    await process.exited
    clearTimeout(late)
  }
  const connection: SshConnection = {
    async exec(command) {
      if (closed) throw sshFailure(label, 'closed')
      if (command === shellLine && !handedOut) {
        handedOut = true
        return first
      }
      return keep(childStream(start(['-T'], command)))
    },
    async adoptBridge(channel) {
      const opened = await openBridge(channel, { host: label })
      if (closed) return opened.close()
      const before = bridge
      bridge = opened
      before?.close()
      void opened.closed.then(() => (bridge === opened ? end() : undefined))
    },
    async stream(target, signal) {
      if (closed) throw sshFailure(label, 'closed')
      if (bridge === undefined) throw sshFailure(label, 'forwarding-forbidden', 'the bridge does not run yet')
      const stream = await bridge.stream(target, signal)
      streams += 1
      stream.once('close', () => (streams -= 1))
      return stream
    },
    async shell(size) {
      const child = start(['-tt', ...setEnv], shellCommand(size))
      return keep(systemShell(child, path === undefined ? undefined : beside))
    },
    useBridge: () => undefined,
    get streams() {
      return streams
    },
    repeatable: !asked,
    get closed() {
      return closed
    },
    onClosed: (listener) => void gone.on(listener),
    close: end,
  }
  known.set(connection, { destination, path })
  return connection
}
