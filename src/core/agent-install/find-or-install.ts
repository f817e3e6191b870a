import { randomBytes } from 'node:crypto'
import type { SiteAgentState } from '../../../contract/sites.ts'
import { AppError } from '../kit/app-error.ts'
import { reasonOf } from '../kit/wait.ts'
import type { Logger } from '../platform.ts'
import { planInstall, type InstallPlan } from './checks.ts'
import { type HeadNodeFacts, lookAround } from './facts.ts'
import { installFailed } from './failure.ts'
import { type AgentPackage, isOlder } from './package.ts'
import { place } from './place.ts'
import { pathWord } from './quote.ts'
import type { RemoteSh } from './remote-shell.ts'
import { agentCommand, startAgent, type Started } from './start.ts'

/** What serves a site behind its head node. `bridge` is a command line for any login shell. */
export type FoundAgent =
  | { mode: 'user'; socket: string; version: string; protocol: number; bridge: string }
  | { mode: 'site'; url: string; bridge?: string }
  /** This home's agent runs on another login node. `bridge` leads from this one. */
  | { mode: 'elsewhere'; host: string; bridge: string }

export interface FindParts {
  shell: RemoteSh
  /** Named in errors. */
  host: string
  package: AgentPackage
  /** Asked once, where nothing is installed; `bytes` cross. Not asked again for a newer version. */
  confirm: (offer: { folder: string; bytes: number; version: string }) => Promise<boolean>
  tell: (state: SiteAgentState) => void
  log: Logger
  signal: AbortSignal
  /** Another place of the administrator's file, for tests. */
  siteFile?: string
}

/** Milliseconds between two reports of progress. */
const progressMs = 250

/**
 * Finds the agent of this account, or puts it there and starts it. Rejects with INSTALL_FAILED, SSH_FAILED when the connection is lost
 * (what was copied is kept for the next try), or the signal's reason; the shell is ended then.
 */
export async function findOrInstallAgent(parts: FindParts): Promise<FoundAgent> {
  const { tell, signal, shell } = parts
  const stop = (): void => shell.end()
  signal.addEventListener('abort', stop, { once: true })
  try {
    signal.throwIfAborted()
    return await find(parts)
  } catch (error) {
    if (signal.aborted) throw reasonOf(signal)
    const isDeclined =
      error instanceof AppError && error.value.code === 'INSTALL_FAILED' && error.value.data.reason === 'declined'
    if (error instanceof AppError) tell({ state: isDeclined ? 'missing' : 'failed', error: error.value })
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function find(parts: FindParts): Promise<FoundAgent> {
  const { shell, host, tell, log, confirm, signal } = parts
  const agent = parts.package
  tell({ state: 'looking' })
  const facts = await lookAround(shell, parts.siteFile)
  if (facts.site !== undefined) {
    const { url, command } = facts.site
    tell({ state: 'running', mode: 'site' })
    return { mode: 'site', url, ...(command === undefined ? {} : { bridge: `${pathWord(command)} bridge` }) }
  }
  const { installed, base } = facts
  if (installed !== undefined && base !== undefined) {
    const isPast = isOlder(installed.version, agent.version) || installed.protocol < agent.protocol
    if (!isPast) return startOrRepair(parts, facts, base)
    log.info('the agent is replaced by a newer one', { host, from: installed.version, to: agent.version })
    return upgrade(parts, facts, base)
  }
  const plan = planInstall(host, facts, agent)
  tell({ state: 'missing' })
  const offer = { folder: plan.base, bytes: plan.bytes, version: agent.version }
  if (!(await confirm(offer))) throw installFailed(host, 'declined', 'not installed')
  signal.throwIfAborted()
  await install(parts, plan, false)
  return start(parts, plan.base, false)
}

/** One that is there and does not run is put there anew, without a question. */
async function startOrRepair(parts: FindParts, facts: HeadNodeFacts, base: string): Promise<FoundAgent> {
  const { shell, host, log, tell } = parts
  tell({ state: 'starting' })
  const answer = await startAgent(shell, host, base, { replace: false })
  if ('up' in answer) return found(parts, base, answer.up)
  log.warn('the installed agent does not run and is installed again', { host, reason: answer.broken })
  await install(parts, planInstall(host, { ...facts, nodes: [] }, parts.package), true)
  return start(parts, base, false)
}

async function upgrade(parts: FindParts, facts: HeadNodeFacts, base: string): Promise<FoundAgent> {
  const { shell, host, log, tell } = parts
  const agent = parts.package
  try {
    await install(parts, planInstall(host, facts, agent), false)
  } catch (error) {
    // An older one that is still understood is better than none; it is tried again with the next connection.
    const canStay = facts.installed !== undefined && facts.installed.protocol >= agent.protocol
    if (!canStay || !(error instanceof AppError) || error.value.code !== 'INSTALL_FAILED') throw error
    log.warn('the newer agent could not be installed; the older one stays', { host, reason: error.message })
    tell({ state: 'starting' })
    const answer = await startAgent(shell, host, base, { replace: false })
    if ('up' in answer) return found(parts, base, answer.up)
    throw error
  }
  return start(parts, base, true)
}

async function install(parts: FindParts, plan: InstallPlan, isRepair: boolean): Promise<void> {
  const { shell, host, tell, log } = parts
  const total = plan.bytes
  let told = 0
  const onProgress = (done: number): void => {
    if (done < total && Date.now() - told < progressMs) return
    told = Date.now()
    tell({ state: 'installing', progress: { done, total } })
  }
  tell({ state: 'installing', progress: { done: 0, total } })
  const started = Date.now()
  const nonce = randomBytes(6).toString('hex')
  await place({ shell, host, plan, package: parts.package, nonce, isRepair, onProgress })
  log.info('the agent was installed', { host, folder: plan.base, bytes: total, ms: Date.now() - started })
}

async function start(parts: FindParts, base: string, replace: boolean): Promise<FoundAgent> {
  parts.tell({ state: 'starting' })
  const answer = await startAgent(parts.shell, parts.host, base, { replace })
  if ('up' in answer) return found(parts, base, answer.up)
  throw installFailed(parts.host, 'start', answer.broken)
}

function found({ tell }: FindParts, base: string, up: Started): FoundAgent {
  if (up.event === 'elsewhere') {
    tell({ state: 'running', mode: 'user', host: up.host })
    return { mode: 'elsewhere', host: up.host, bridge: agentCommand(base, 'bridge') }
  }
  const { socket, version, protocol } = up
  tell({ state: 'running', mode: 'user', version })
  return { mode: 'user', socket, version, protocol, bridge: agentCommand(base, 'bridge') }
}
