import { connect as tcpConnect } from 'node:net'
import type { Duplex } from 'node:stream'
import { Client } from 'ssh2'
import type { AppError } from '../kit/app-error.ts'
import { reasonOf } from '../kit/wait.ts'
import type { Logger } from '../platform.ts'
import { authentication } from './auth.ts'
import { socketFailure, sshFailure } from './failure.ts'
import { gatherWrites } from './gather-writes.ts'
import { createHostKeyCheck } from './host-key.ts'
import type { KeyRing } from './keys.ts'
import { hostKeyAlgorithms, preferKnown, type KnownHosts } from './known-hosts/index.ts'
import type { Ask } from './questions.ts'
import { quickenKeys } from './quick-keys.ts'
import type { SshSecrets } from './secrets.ts'
import type { Hop, SshTimes, Stage } from './types.ts'
import { watchStream } from './watch-stream.ts'

export const sshTimes: SshTimes = { connectMs: 10_000, answerMs: 30_000, aliveEveryMs: 3000, deadAfterMs: 12_000 }

export interface HopParts {
  hop: Hop
  /** The way there, where it leads through another hop. */
  through: Duplex | undefined
  knownHosts: KnownHosts
  keys: KeyRing
  secrets: SshSecrets
  ask: Ask | undefined
  signal: AbortSignal
  times: SshTimes
  log: Logger
  /** Told as it goes. */
  stage?: ((stage: Stage) => void) | undefined
}

/** A hop that let us in. */
export interface OpenHop {
  client: Client
  /** The same can be done again without asking anything. */
  repeatable: boolean
}

/** Only a question would have led further, and none could be asked. */
export class NeedsUser extends Error {
  readonly why: AppError
  constructor(why: AppError) {
    super(why.message)
    this.name = 'NeedsUser'
    const { value } = why
    // Nothing was refused: what the server asks could not be put to anybody.
    const isAuth = value.code === 'SSH_FAILED' && value.data.reason === 'authentication'
    this.why = isAuth ? sshFailure(value.data.host, 'question', value.data.detail) : why
  }
}
/** The server closed while the user was thinking (LoginGraceTime); what they answered helps the next try. */
export class ClosedWhileAsking extends Error {}

/** Connects to a hop and signs in. Rejects with SSH_FAILED, NeedsUser, ClosedWhileAsking, or the signal's reason. */
export async function connectHop(parts: HopParts): Promise<OpenHop> {
  const { hop, through, knownHosts, keys, signal, times } = parts
  const socket = through ?? (await openSocket(hop, hop.connectMs ?? times.connectMs, signal))
  gatherWrites(socket)
  const client = new Client()
  quickenKeys(client)
  const clock = createClock(times.answerMs)
  /** An asker that stops the clock. A server that closes meanwhile leaves the question open: its answer helps the next try. */
  let asking = 0
  let closed: (() => void) | undefined
  const ask: Ask | undefined =
    parts.ask === undefined
      ? undefined
      : async (...question) => {
          asking += 1
          clock.stop()
          try {
            return await parts.ask?.(...question)
          } finally {
            asking -= 1
            clock.start()
            // Only after what was answered has been taken note of.
            if (closed !== undefined) setImmediate(closed)
          }
        }
  keys.askWith(ask)
  let giveUp: (() => void) | undefined
  const hostKey = createHostKeyCheck({ hop, knownHosts, ask, signal, stage: parts.stage })
  const { handler, state } = authentication({
    ...parts,
    user: hop.user,
    host: hop.label,
    preferred: hop.preferred,
    keys,
    ask,
    giveUp: () => giveUp?.(),
  })
  const known = await knownHosts.algorithms(hop.keyName.host, hop.keyName.port)

  return new Promise<OpenHop>((resolve, reject) => {
    let settled = false
    const settle = (act: () => void): void => {
      if (settled) return
      settled = true
      clock.stop()
      signal.removeEventListener('abort', abort)
      act()
    }
    const fail = (error: Error): void => {
      settle(() => reject(error))
      socket.destroy()
    }
    const abort = (): void => fail(reasonOf(signal))
    const outcome = (otherwise: () => AppError): Error => {
      const why = hostKey.failure ?? otherwise()
      const isAuth = why.value.code === 'SSH_FAILED' && why.value.data.reason === 'authentication'
      if (hostKey.needsUser || (isAuth && (state.needsUser || keys.needsUser))) return new NeedsUser(why)
      return why
    }
    const refused = (detail: string): AppError => {
      const unusable = keys.unusable.join('; ')
      return sshFailure(hop.label, 'authentication', [detail, unusable].filter((each) => each !== '').join('; '))
    }
    giveUp = () => fail(refused('not answered'))
    const closeLater = (): void => {
      clock.stop()
      closed = () =>
        fail(hostKey.failure ?? (state.refused ? refused('') : new ClosedWhileAsking('closed while asking')))
    }
    clock.onEnd(() => fail(sshFailure(hop.label, 'timed-out', 'the server does not go on')))
    signal.addEventListener('abort', abort, { once: true })
    let handshaken = false
    client.on('handshake', () => (handshaken = true))
    client.on('error', (error: Error & { level?: string }) => {
      // A key that did not sign; the next way of signing in follows.
      if (error.level === 'agent') return
      if (error.level === 'client-authentication') {
        const offered = state.offered.join(', ')
        return fail(outcome(() => refused(`the server takes: ${offered === '' ? 'nothing' : offered}`)))
      }
      if (asking > 0 || closed !== undefined) return closeLater()
      if (error.level === 'handshake' || error.level === 'protocol') {
        return fail(outcome(() => sshFailure(hop.label, handshakeReason(error.message), error.message)))
      }
      if (error.level === 'client-socket') return fail(outcome(() => socketFailure(hop.label, error)))
      // The server's own DISCONNECT, in its words: too many tries, for one.
      fail(outcome(() => (handshaken ? refused(error.message) : sshFailure(hop.label, 'closed', error.message))))
    })
    client.on('close', () => {
      if (asking > 0 || closed !== undefined) return closeLater()
      const detail = handshaken
        ? 'the server closed the connection during the sign-in'
        : 'the server closed the connection'
      fail(
        outcome(() =>
          sshFailure(hop.label, handshaken && state.tried.length > 0 ? 'authentication' : 'closed', detail),
        ),
      )
    })
    client.on('ready', () => {
      state.accepted().then(
        () =>
          settle(() => {
            parts.stage?.({ kind: 'auth', host: hop.label, by: state.tried.at(-1) ?? 'none' })
            watchStream(socket, times, () => socket.destroy())
            resolve({ client, repeatable: state.repeatable })
          }),
        fail,
      )
    })
    clock.start()
    client.connect({
      sock: socket,
      username: hop.user,
      authHandler: handler,
      hostVerifier: hostKey.verify,
      strictVendor: false,
      readyTimeout: 0,
      keepaliveInterval: times.aliveEveryMs,
      // Whether the link is dead is judged by what moves on it: behind megabytes of an upload an answer may be late.
      keepaliveCountMax: 1_000_000,
      // The rest is ssh2's default, AES-GCM first.
      algorithms: { serverHostKey: preferKnown(hostKeyAlgorithms, known) },
    })
  })
}

function handshakeReason(message: string): 'no-common-algorithm' | 'not-ssh' | 'closed' {
  if (/no matching|no common/i.test(message)) return 'no-common-algorithm'
  return /version|protocol|malformed|packet/i.test(message) ? 'not-ssh' : 'closed'
}

function openSocket(hop: Hop, connectMs: number, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(reasonOf(signal))
    const socket = tcpConnect({ host: hop.host, port: hop.port, noDelay: true })
    const done = (): void => {
      clearTimeout(late)
      signal.removeEventListener('abort', abort)
      socket.off('error', onError)
    }
    const fail = (error: Error): void => {
      done()
      // What comes after it is nobody's concern.
      socket.on('error', () => undefined).destroy()
      reject(error)
    }
    const onError = (error: Error): void => fail(socketFailure(hop.label, error))
    const abort = (): void => fail(reasonOf(signal))
    const late = setTimeout(
      () => fail(sshFailure(hop.label, 'timed-out', `no answer within ${connectMs} ms`)),
      connectMs,
    )
    signal.addEventListener('abort', abort, { once: true })
    socket.once('error', onError)
    socket.once('connect', () => {
      done()
      resolve(socket)
    })
  })
}

/** Runs out after so long; begins anew each time it is started. */
function createClock(ms: number) {
  let timer: NodeJS.Timeout | undefined
  let end: (() => void) | undefined
  return {
    onEnd: (act: () => void) => void (end = act),
    start() {
      clearTimeout(timer)
      timer = setTimeout(() => end?.(), ms)
    },
    stop: () => clearTimeout(timer),
  }
}
