import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { Duplex, type Readable, type Writable } from 'node:stream'
import type { SshFailure } from '../../../contract/errors.ts'
import { createEmitter } from '../kit/emitter.ts'
import { reasonOf } from '../kit/wait.ts'
import { canAskpass, createAskpass, type Askpass } from './askpass.ts'
import { openBridge, type Bridge } from './bridge.ts'
import type { SshConnection } from './connection.ts'
import { sshFailure } from './failure.ts'
import { NeedsUser } from './hop.ts'
import type { Ask } from './questions.ts'
import type { RemoteProcess } from './types.ts'

/** What is handed to the workstation's `ssh` program; the rest is its own configuration's matter. */
export interface SystemDestination {
  label: string
  host: string
  user?: string
  port?: number
  proxyJump?: string
  identityFile?: string
}

export interface SystemParts {
  destination: SystemDestination
  /** The whole environment of this process: ssh needs its agent, its Kerberos tickets, its display. */
  environment: Readonly<Record<string, string | undefined>>
  ask: Ask | undefined
  signal: AbortSignal
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>
const shellLine = 'exec /bin/sh'
const stderrKept = 4096

/**
 * A connection by the workstation's own `ssh` (certificates, FIDO keys, GSSAPI, ProxyCommand …). There is one process with one
 * exec channel: first a shell, which `exec` hands out once, and which then becomes the bridge that carries every stream. A
 * terminal is a further process. Rejects with SSH_FAILED, NeedsUser, or the signal's reason.
 */
export async function connectSystem(parts: SystemParts): Promise<SshConnection> {
  const { destination, ask, signal } = parts
  const { label } = destination
  const askpass = ask !== undefined && (await canAskpass()) ? await createAskpass(label, ask, signal) : undefined
  let first: RemoteProcess | undefined
  try {
    first = await login(parts, askpass)
  } finally {
    await askpass?.close()
  }
  const asked = askpass?.asked === true
  const gone = createEmitter<[]>()
  const children = new Set<Duplex>([first])
  let handedOut = false
  let bridge: Bridge | undefined
  let closed = false
  let streams = 0

  const end = (): void => {
    if (closed) return
    closed = true
    for (const child of children) child.destroy()
    bridge?.close()
    gone.emit()
  }
  void first.exited.then(end)
  const keep = (child: RemoteProcess): RemoteProcess => {
    children.add(child)
    void child.exited.then(() => children.delete(child))
    return child
  }
  return {
    async exec(command) {
      if (command === shellLine && !handedOut && first !== undefined) {
        handedOut = true
        return first
      }
      return keep(asProcess(start(parts, ['-T'], command, {})))
    },
    async adoptBridge(channel) {
      bridge = await openBridge(channel)
      void bridge.closed.then(end)
    },
    async stream(target, streamSignal) {
      if (closed) throw sshFailure(label, 'closed')
      if (bridge === undefined) throw sshFailure(label, 'forwarding-forbidden', 'the bridge does not run yet')
      const stream = await bridge.stream(target, streamSignal)
      streams += 1
      stream.once('close', () => (streams -= 1))
      return stream
    },
    async shell({ columns, rows }) {
      // ssh takes the size of a terminal of its own, and has none here: it is told to the remote one once.
      const command = `stty cols ${columns} rows ${rows} 2>/dev/null; exec "\${SHELL:-/bin/sh}" -l`
      return Object.assign(keep(asProcess(start(parts, ['-tt'], command, { TERM: 'xterm-256color' }))), {
        resize: () => undefined,
      })
    },
    useBridge: () => undefined,
    get streams() {
      return streams
    },
    // One process carries all.
    repeatable: !asked,
    get closed() {
      return closed
    },
    onClosed: (listener) => void gone.on(listener),
    close: end,
  }
}

/** Starts the shell and waits until it answers: from then on the user is signed in. */
async function login(parts: SystemParts, askpass: Askpass | undefined): Promise<RemoteProcess> {
  const { destination, ask, signal } = parts
  const { label } = destination
  const batch = askpass === undefined ? ['-o', 'BatchMode=yes'] : []
  const child = start(parts, ['-T', ...batch], shellLine, askpass?.environment ?? {})
  let said = ''
  const listen = (chunk: Buffer): void => void (said = (said + chunk.toString('utf8')).slice(-stderrKept))
  child.stderr.on('data', listen)
  const mark = `headway-${randomUUID()}`
  child.stdin.on('error', () => undefined)
  child.stdin.write(`echo ${mark}\n`)
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      child.kill()
      reject(reasonOf(signal))
    }
    signal.addEventListener('abort', abort, { once: true })
    const done = (): void => {
      signal.removeEventListener('abort', abort)
      child.off('error', onError).off('exit', onExit)
      child.stdout.off('data', onData)
    }
    const onError = (error: NodeJS.ErrnoException): void => {
      done()
      reject(sshFailure(label, error.code === 'ENOENT' ? 'no-program' : 'closed', error.message))
    }
    const onExit = (): void => {
      done()
      const reason = reasonOfWords(said)
      const why = sshFailure(label, askpass?.refused === true ? 'authentication' : reason, said)
      const asks = reason === 'authentication' || reason === 'key-declined' || reason === 'key-changed'
      reject(ask === undefined && asks ? new NeedsUser(why) : why)
    }
    let read = ''
    const onData = (chunk: Buffer): void => {
      read = (read + chunk.toString('utf8')).slice(-stderrKept)
      if (!read.includes(`${mark}\n`)) return
      child.stdout.pause()
      done()
      child.stderr.off('data', listen)
      resolve(asProcess(child))
    }
    child.on('error', onError).on('exit', onExit)
    child.stdout.on('data', onData)
    if (signal.aborted) abort()
  })
}

function start(
  { destination, environment }: SystemParts,
  options: readonly string[],
  command: string,
  more: Readonly<Record<string, string>>,
): Child {
  const { host, user, port, proxyJump, identityFile } = destination
  const fixed = ['ServerAliveInterval=4', 'ServerAliveCountMax=3', 'ControlMaster=no', 'ControlPath=none']
  const args = [
    ...options,
    ...[...fixed, 'ClearAllForwardings=yes', 'ForwardX11=no', 'EscapeChar=none'].flatMap((each) => ['-o', each]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(proxyJump === undefined ? [] : ['-o', `ProxyJump=${proxyJump}`]),
    ...(identityFile === undefined ? [] : ['-i', identityFile]),
    '--',
    host,
    command,
  ]
  return spawn('ssh', args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...environment, ...more }, windowsHide: true })
}

function asProcess(child: Child): RemoteProcess {
  const duplex = Duplex.from({ writable: child.stdin, readable: child.stdout })
  duplex.on('error', () => undefined)
  duplex.once('close', () => child.kill())
  const exited = new Promise<{ code: number | undefined }>((resolve) => {
    child.once('exit', (code) => resolve({ code: code ?? undefined }))
    child.once('error', () => resolve({ code: undefined }))
  })
  return Object.assign(duplex, { stderr: child.stderr, exited })
}

const words: readonly [RegExp, SshFailure][] = [
  [/REMOTE HOST IDENTIFICATION HAS CHANGED/i, 'key-changed'],
  [/REVOKED HOST KEY/i, 'key-revoked'],
  [/Host key verification failed|authenticity of host/i, 'key-declined'],
  [/Permission denied|Too many authentication failures/i, 'authentication'],
  [/Could not resolve hostname|Name or service not known/i, 'unknown-host'],
  [/Connection refused/i, 'refused'],
  [/timed out/i, 'timed-out'],
  [/No route to host|Network is unreachable/i, 'unreachable'],
  [/no matching .* found/i, 'no-common-algorithm'],
  [/Bad configuration option|Bad owner or permissions|terminating, \d+ bad/i, 'config'],
]
const reasonOfWords = (text: string): SshFailure => words.find(([pattern]) => pattern.test(text))?.[1] ?? 'closed'
