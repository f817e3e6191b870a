import { PassThrough, type Duplex } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import { AppError, appError } from '../../../../src/core/kit/app-error.ts'
import type { SshConnection } from '../../../../src/core/ssh/connection.ts'
import { sshFailure } from '../../../../src/core/ssh/failure.ts'
import { ClosedWhileAsking, NeedsUser } from '../../../../src/core/ssh/hop.ts'
import type { Ask } from '../../../../src/core/ssh/questions.ts'
import { createSshSession, type SshSession } from '../../../../src/core/ssh/session.ts'
import { until } from '../../../helpers/core.ts'

const nothing = (): void => undefined
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing }

interface TestConnection extends SshConnection {
  opened: Duplex[]
}
function connection(repeatable = true): TestConnection {
  const gone: (() => void)[] = []
  const opened: Duplex[] = []
  let closed = false
  const close = (): void => {
    if (closed) return
    closed = true
    for (const tell of gone) tell()
  }
  return {
    opened,
    repeatable,
    get streams() {
      return opened.filter((each) => !each.destroyed).length
    },
    get closed() {
      return closed
    },
    stream() {
      const stream = new PassThrough()
      opened.push(stream)
      return Promise.resolve(stream)
    },
    exec: () => Promise.reject(new Error('not here')),
    shell: () => Promise.reject(new Error('not here')),
    useBridge: nothing,
    onClosed: (listener) => void gone.push(listener),
    close,
  }
}

type Try = (ask: Ask | undefined, signal: AbortSignal) => Promise<SshConnection>
interface Bench {
  session: SshSession
  /** For each try, whether it might ask. */
  tries: boolean[]
}
/** Each try does what the next of `script` says; the last one again and again. */
function bench(script: Try[], options: { connections?: number; backOffMs?: number } = {}): Bench {
  const tries: boolean[] = []
  const session = createSshSession({
    label: 'alice@head',
    open(ask, signal) {
      tries.push(ask !== undefined)
      const next = script.length > 1 ? script.shift() : script[0]
      return next === undefined ? Promise.reject(new Error('no script')) : next(ask, signal)
    },
    ask: () => Promise.resolve({ kind: 'accept' }),
    connections: options.connections ?? 1,
    backOff: { baseMs: options.backOffMs ?? 10, maxMs: options.backOffMs ?? 20 },
    log,
  })
  return { session, tries }
}
const opens = (made: SshConnection): Try => vi.fn<Try>().mockResolvedValue(made)
const fails = (error: Error): Try => vi.fn<Try>().mockRejectedValue(error)
const unreachable = sshFailure('alice@head', 'unreachable', 'no route')
const wantsCode = new NeedsUser(sshFailure('alice@head', 'authentication', 'keyboard-interactive'))

describe('an SSH session', () => {
  it('comes back at once after a cut, by itself and without asking', async () => {
    const [first, second] = [connection(), connection()]
    const { session, tries } = bench([opens(first), opens(second)])
    await session.connect()
    expect(session.state.state).toBe('connected')
    first.close()
    expect(session.state).toMatchObject({ state: 'reconnecting', attempt: 1 })
    await until('the session', () => session.state.state === 'connected')
    expect(tries).toEqual([true, false])
    await session.stream({ socketPath: '/run/agent.sock' })
    expect(second.opened).toHaveLength(1)
    session.disconnect()
  })

  it('is called offline after some failed tries, counts them, and is back when the network is', async () => {
    const [first, second] = [connection(), connection()]
    const { session } = bench([opens(first), fails(unreachable), fails(unreachable), fails(unreachable), opens(second)])
    const seen: string[] = []
    session.onState(() =>
      seen.push('attempt' in session.state ? `${session.state.state} ${session.state.attempt}` : session.state.state),
    )
    await session.connect()
    first.close()
    await until('the session', () => session.state.state === 'connected')
    expect(seen).toEqual([
      'connecting',
      'connected',
      'reconnecting 1',
      'reconnecting 2',
      'reconnecting 3',
      'offline 4',
      'connected',
    ])
    session.disconnect()
  })

  it('needs the user once where a code would be asked, and does not try again by itself', async () => {
    const first = connection(false)
    const { session, tries } = bench([opens(first), fails(wantsCode)])
    await session.connect()
    first.close()
    await until('the question', () => session.state.state === 'needs-you')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(tries).toEqual([true, false])
    await expect(session.stream({ socketPath: '/a' })).rejects.toMatchObject({ value: { code: 'SSH_FAILED' } })
    expect(tries).toHaveLength(2)
  })

  it('lets all who wait share one try, and a try that may ask take the place of one that may not', async () => {
    const made = connection()
    let silentEnded = false
    const silent: Try = (_ask, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          silentEnded = true
          reject(signal.reason as Error)
        })
      })
    const { session, tries } = bench([silent, opens(made)])
    session.start()
    await Promise.all([session.connect(), session.connect(), session.stream({ socketPath: '/a' })])
    expect(silentEnded).toBe(true)
    expect(tries).toEqual([false, true])
    session.disconnect()
  })

  it('tries again with what was answered where the server closed meanwhile', async () => {
    const { session, tries } = bench([fails(new ClosedWhileAsking('closed')), opens(connection())])
    await session.connect()
    expect(tries).toEqual([true, true])
    session.disconnect()
  })

  it('stays away once the user ended it, whatever is under way', async () => {
    const late = connection()
    let open: (made: SshConnection) => void = nothing
    const { session, tries } = bench([() => new Promise((resolve) => (open = resolve))])
    const connecting = session.connect()
    session.disconnect()
    open(late)
    await expect(connecting).rejects.toBeInstanceOf(AppError)
    expect(session.state.state).toBe('idle')
    await vi.waitFor(() => expect(late.closed).toBe(true))
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(tries).toHaveLength(1)
  })

  it('is the user’s matter where a host key was refused', async () => {
    const { session, tries } = bench([fails(sshFailure('alice@head', 'key-declined', 'ssh-ed25519 SHA256:x'))])
    await expect(session.connect()).rejects.toMatchObject({ value: { data: { reason: 'key-declined' } } })
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(session.state.state).toBe('needs-you')
    expect(tries).toHaveLength(1)
  })

  it('is not tried again, by whatever wants that, where only its user can go on', async () => {
    const { session, tries } = bench([fails(sshFailure('alice@head', 'key-declined', 'ssh-ed25519 SHA256:x'))])
    session.start()
    await until('the first try', () => session.state.state === 'needs-you')
    session.tryNow()
    expect(tries).toEqual([false])
    expect(session.state.state).toBe('needs-you')
  })

  it('tries at once when it is told to, whatever it had planned', async () => {
    const { session, tries } = bench([fails(unreachable)], { backOffMs: 3_600_000 })
    session.start()
    await until('the first try', () => session.state.state === 'offline')
    session.tryNow()
    await until('the second', () => tries.length === 2)
    session.disconnect()
  })

  it('ends with its signal what waits for it', async () => {
    const { session } = bench([() => new Promise(nothing)])
    session.start()
    const reason = appError('CANCELLED', {}, 'no longer wanted')
    const stop = new AbortController()
    const waiting = session.stream({ socketPath: '/a' }, stop.signal)
    stop.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    session.disconnect()
  })
})

describe('the connections of a session', () => {
  it('grow with the streams, up to the limit, where that asks nothing', async () => {
    const made = [connection(), connection(), connection(), connection()]
    const { session, tries } = bench(made.map(opens), { connections: 3 })
    await session.connect()
    for (let stream = 0; stream < 9; stream += 1) await session.stream({ socketPath: '/a' })
    expect(made.map(({ opened }) => opened.length)).toEqual([3, 3, 3, 0])
    expect(tries).toEqual([true, false, false])
    session.disconnect()
    expect(made.map(({ closed }) => closed)).toEqual([true, true, true, false])
  })

  it('stay one where another would ask', async () => {
    const only = connection(false)
    const { session, tries } = bench([opens(only)], { connections: 4 })
    await session.connect()
    for (let stream = 0; stream < 6; stream += 1) await session.stream({ socketPath: '/a' })
    expect(only.opened).toHaveLength(6)
    expect(tries).toEqual([true])
    session.disconnect()
  })

  it('stay as many as the server allows', async () => {
    const only = connection()
    const { session, tries } = bench([opens(only), fails(sshFailure('alice@head', 'closed', 'too many'))], {
      connections: 4,
    })
    await session.connect()
    for (let stream = 0; stream < 6; stream += 1) await session.stream({ socketPath: '/a' })
    expect(only.opened).toHaveLength(6)
    expect(tries).toEqual([true, false])
    session.disconnect()
  })
})
