import type { Duplex } from 'node:stream'
import type { AppErrorValue } from '../../../contract/errors.ts'
import type { Site, SiteAgentState, SiteQuestion } from '../../../contract/sites.ts'
import type { SiteAgent } from '../agent-client/index.ts'
import {
  findOrInstallAgent,
  openRemoteShell,
  REMOTE_SHELL_COMMAND,
  uninstallAgent,
  type AgentPackage,
} from '../agent-install/index.ts'
import { AppError, appError, errorValueOf } from '../kit/app-error.ts'
import { createEmitter } from '../kit/emitter.ts'
import { atMost } from '../kit/wait.ts'
import type { Logger } from '../platform.ts'
import type { Ask, SshSession, StreamTarget } from '../ssh/index.ts'
import { sshConnectionState } from './ssh-connection-state.ts'

/** A site behind SSH: its session, and the agent found or put there. */
export interface SshSite {
  readonly session: SshSession
  readonly connection: Site['connection']
  readonly agent: SiteAgentState
  /** Opens a stream to the agent; waits while the session comes back or the agent is being looked for, until the signal. */
  toAgent(signal: AbortSignal): Promise<Duplex>
  /** Connects by itself where nothing must be asked. */
  start(): void
  /** Resolves once the agent runs; asks what must be asked. */
  connect(): Promise<void>
  disconnect(): void
  /** Removes the user's own agent and what Headway put there; `data`: what it stored, too. Ends the session. */
  uninstall(data: boolean): Promise<void>
  close(): void
}

export interface SshSiteParts {
  label: () => string
  session: SshSession
  /** Streams go through the bridge, whatever the server allows. */
  onlyBridge: boolean
  /** Leads the session on to the login node that holds the agent. */
  goOn: (host: string, bridge: string) => Promise<void>
  ask: Ask
  agentPackage: () => Promise<AgentPackage>
  /** The client on top, which signs in once the agent answers. */
  client: () => Pick<SiteAgent, 'connection' | 'reconnect' | 'signInAsOwner' | 'signOut'>
  /** Told who the owner is, before the first request goes out in that name. */
  accepted: Parameters<SiteAgent['signInAsOwner']>[0]
  log: Logger
  onChange: () => void
}

/** An agent that does not answer is looked for again no sooner than this. */
const lookAgainMs = 10_000
/** For the server to say that the shell has ended. */
const exitMs = 5000
/** Login nodes that may send us on to another before something is wrong. */
const maxNodes = 3

const noBridge = (host: string): AppError => {
  const detail = 'The site’s agent does not offer the bridge that the system’s ssh needs.'
  return appError('INSTALL_FAILED', { host, reason: 'start', detail }, detail)
}

export function createSshSite(parts: SshSiteParts): SshSite {
  const { session, log, label } = parts
  let agent: SiteAgentState = { state: 'unknown' }
  let target: StreamTarget | undefined
  let settling: Promise<void> | undefined
  let lookedAt = 0
  /** While it is removed nobody looks for it or asks it anything: it would be put there again, or end late. */
  let removing = false
  const settled = createEmitter<[]>()
  const abort = new AbortController()
  const stateOf = sshConnectionState()

  function tell(next: SiteAgentState): void {
    agent = next
    parts.onChange()
  }
  /** One search at a time; all who need the agent wait for it. */
  function settle(): Promise<void> {
    if (removing) return Promise.resolve()
    settling ??= look()
      .catch((error: unknown) => {
        // A lost session is told by its own state; the search begins anew when it is back.
        if (session.state.state !== 'connected') return
        const value = error instanceof AppError ? error.value : errorValueOf(error, log, 'looking for the agent')
        const declined = value.code === 'INSTALL_FAILED' && value.data.reason === 'declined'
        tell({ ...agent, state: declined ? 'missing' : 'failed', error: value })
      })
      .finally(() => {
        settling = undefined
        settled.emit()
      })
    return settling
  }

  async function look(): Promise<void> {
    target = undefined
    lookedAt = Date.now()
    // What kept streams from going straight may be over.
    if (!parts.onlyBridge) session.useBridge(undefined)
    tell({ state: 'looking' })
    for (let node = 1; ; node += 1) {
      const found = await find()
      if (found.mode !== 'elsewhere') return
      if (node === maxNodes) {
        const message = `The login nodes send each other on to ${found.host}.`
        throw appError('INSTALL_FAILED', { host: label(), reason: 'elsewhere', detail: found.host }, message)
      }
      tell({ state: 'looking', host: found.host })
      await parts.goOn(found.host, found.bridge)
    }
  }
  /** Ends with the session: a question of its is withdrawn then. */
  async function find() {
    const lost = new AbortController()
    const off = session.onState(() => {
      if (session.state.state !== 'connected') lost.abort(new Error('the session was lost'))
    })
    try {
      return await findBy(AbortSignal.any([abort.signal, lost.signal]))
    } finally {
      off()
    }
  }
  async function findBy(signal: AbortSignal) {
    const process = await session.exec(REMOTE_SHELL_COMMAND, signal)
    const shell = await openRemoteShell(process, { host: label(), signal })
    /** The shell has turned into the bridge: its channel is in use. */
    let became = false
    try {
      const { host } = agent
      const found = await findOrInstallAgent({
        shell,
        host: label(),
        package: await parts.agentPackage(),
        confirm: (offer) => confirm(offer, signal),
        // It runs only once we are signed in to it.
        tell: (state) =>
          tell({
            ...state,
            ...(state.state === 'running' ? { state: 'starting' } : {}),
            ...(host === undefined ? {} : { host }),
          }),
        log,
        signal,
      })
      if (found.mode === 'elsewhere') return found
      const { adoptBridge } = session
      if (adoptBridge !== undefined) {
        if (found.bridge === undefined) throw noBridge(label())
        became = true
        await adoptBridge(shell.become(found.bridge))
      } else {
        // A server may allow one session at a time, which the bridge would need.
        shell.end()
        await atMost(process.exited, exitMs)
      }
      if (found.mode === 'user') await reachOwn(found)
      else await reachSite(found)
      return found
    } finally {
      if (!became) shell.end()
    }
  }
  async function confirm(
    offer: { folder: string; bytes: number; version: string },
    signal: AbortSignal,
  ): Promise<boolean> {
    const ask: SiteQuestion['ask'] = { kind: 'install', ...offer }
    return (await parts.ask(label(), ask, signal))?.kind === 'accept'
  }

  async function reachOwn(found: { socket: string; version: string; bridge: string }): Promise<void> {
    await reach({ socketPath: found.socket }, found.bridge)
    await parts.client().signInAsOwner(parts.accepted)
    tell({ ...agent, state: 'running', mode: 'user', version: found.version })
  }
  async function reachSite(found: { url: string; bridge?: string }): Promise<void> {
    const { hostname, port } = new URL(found.url)
    await reach({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) }, found.bridge)
    tell({ ...agent, state: 'running', mode: 'site' })
    parts.client().reconnect()
  }
  /** A server may forbid forwarding: then the bridge carries the streams, over one exec channel. */
  async function reach(to: StreamTarget, bridge: string | undefined): Promise<void> {
    if (parts.onlyBridge && bridge !== undefined) session.useBridge(bridge)
    try {
      await probe(to)
    } catch (error) {
      if (parts.onlyBridge || bridge === undefined || session.state.state !== 'connected') throw error
      log.info('streams go through the bridge', { host: label(), reason: error instanceof Error ? error.message : '' })
      session.useBridge(bridge)
      await probe(to)
    }
    target = to
  }
  const probe = async (to: StreamTarget): Promise<void> => void (await session.stream(to, abort.signal)).destroy()

  const endStates = session.onState(() => {
    parts.onChange()
    if (session.state.state === 'connected') void resume()
    else settled.emit()
  })
  /** After a cut the agent is most likely where it was. */
  async function resume(): Promise<void> {
    const before = target
    if (agent.state === 'running' && before !== undefined && agent.host === undefined) {
      try {
        await probe(before)
        // Whoever waits for the agent goes on.
        settled.emit()
        return parts.client().reconnect()
      } catch {
        if (session.state.state !== 'connected') return
      }
    }
    await settle()
  }
  /** The agent's place, awaited; rejects where only the user can help, or the signal comes. */
  async function place(signal: AbortSignal): Promise<StreamTarget> {
    for (;;) {
      signal.throwIfAborted()
      if (session.state.state === 'connected' && target !== undefined) return target
      if (session.state.state === 'needs-you') throw new AppError(session.state.error)
      if (session.state.state === 'idle') throw appError('OFFLINE', { site: label() }, `${label()} is disconnected.`)
      if (settling === undefined && agent.error !== undefined) throw new AppError(agent.error)
      await new Promise<void>((resolve) => {
        const done = (): void => {
          off()
          signal.removeEventListener('abort', done)
          resolve()
        }
        const off = settled.on(done)
        signal.addEventListener('abort', done, { once: true })
      })
    }
  }

  return {
    session,
    get connection() {
      return stateOf(session.state, agent, parts.client().connection)
    },
    get agent() {
      return agent
    },
    async toAgent(signal) {
      const to = settling === undefined ? await place(signal) : (target ?? (await place(signal)))
      try {
        return await session.stream(to, signal)
      } catch (error) {
        const stands = session.state.state === 'connected' && !signal.aborted
        if (stands && settling === undefined && Date.now() - lookedAt > lookAgainMs) void settle()
        throw error
      }
    },
    start: () => session.start(),
    async connect() {
      await session.connect()
      if (target === undefined || agent.state !== 'running') await settle()
      const error: AppErrorValue | undefined = agent.error
      if (agent.state !== 'running' && error !== undefined) throw new AppError(error)
    },
    disconnect() {
      target = undefined
      agent = { state: 'unknown' }
      session.disconnect()
      parts.onChange()
    },
    async uninstall(data) {
      await session.connect()
      const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(120_000)])
      const shell = await openRemoteShell(await session.exec(REMOTE_SHELL_COMMAND, signal), { host: label(), signal })
      const before = target
      target = undefined
      removing = true
      try {
        await uninstallAgent({ shell, host: label(), data })
      } catch (error) {
        target = before
        settled.emit()
        throw error
      } finally {
        removing = false
        shell.end()
      }
      agent = { state: 'missing' }
      session.disconnect()
      await parts.client().signOut()
    },
    close() {
      endStates()
      abort.abort(new Error('the site was closed'))
      session.disconnect()
    },
  }
}
