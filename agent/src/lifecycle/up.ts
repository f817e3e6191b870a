import { statfsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { AgentUp } from '../../../contract/agent/start.ts'
import type { Environment } from '../kit/places.ts'
import { isAlive } from '../kit/process-identity.ts'
import { dataFolder } from './data-folder.ts'
import { endAgent } from './end.ts'
import { type Launched, launch } from './launch.ts'
import { type Found, look } from './look.ts'
import { reasonOf, sentenceOf } from './reason.ts'

export interface UpOptions {
  environment: Environment
  /** The program and its file; `serve` is put behind them. */
  command: readonly string[]
  /** The oldest protocol that a running agent is left with. */
  protocol: number
  /** Also a running agent that is new enough gives way. */
  replace: boolean
}

const PATIENCE_MS = 30_000
const STEP_MS = 100
/** Another agent took the folder and ended at once: how often it is tried again. */
const TRIES = 3
/** An empty database takes some 500 kB. */
const LEAST_BYTES = 1_048_576

const failed = (reason: Extract<AgentUp, { event: 'failed' }>['reason'], message: string): AgentUp => ({
  event: 'failed',
  reason,
  message,
})

/**
 * Has one agent of this user running and answering, and says where; contract/agent/start.ts. Nothing is decided here that two at
 * once could decide differently: whoever gets the lock of the data folder is the agent, and all others wait for its answer.
 */
export async function up(options: UpOptions): Promise<AgentUp> {
  try {
    const data = await dataFolder(options.environment)
    return await bring(data, options)
  } catch (error) {
    const reason = reasonOf(error)
    return failed(reason === 'taken' ? 'other' : reason, sentenceOf(error))
  }
}

async function bring(data: string, options: UpOptions): Promise<AgentUp> {
  let until = Date.now() + PATIENCE_MS
  let launched: Launched | undefined
  let tries = 0
  try {
    for (;;) {
      const found = await look(data)
      if (found.kind === 'elsewhere') return { event: 'elsewhere', host: found.lease.host, since: found.lease.started }
      if (found.kind === 'running') {
        const isOurs = found.lease.pid === launched?.pid
        if (isOurs || !mustGo(found, options, launched)) {
          if (!isOurs) launched?.withdraw()
          return ready(found, isOurs)
        }
        const outcome = await endAgent(found.lease)
        if (outcome === 'still-there') return failed('timed-out', `The older agent, process ${found.lease.pid}, stays.`)
        if (outcome === 'ended') until = Date.now() + PATIENCE_MS
        // Where it was not that process: the socket belongs to an agent that this lease does not name. Looked at again.
      } else if (found.kind === 'silent') {
        const wrong = await withoutSocket(found, data)
        if (wrong !== undefined) return wrong
      }
      const failure = launched?.failure()
      if (failure !== undefined && failure.reason !== 'taken') {
        const isFull = failure.reason === 'other' && hasNoSpace(data)
        return failed(isFull ? 'no-space' : failure.reason, failure.message)
      }
      const mayStart = found.kind === 'none' || found.kind === 'running'
      if (mayStart && (launched === undefined || failure !== undefined) && tries < TRIES) {
        tries += 1
        launched?.release()
        launched = await launch(options.command, { data, environment: options.environment })
      }
      if (Date.now() > until) return failed('timed-out', `No agent answers within 30 s. ${launched?.words() ?? ''}`)
      await wait(STEP_MS)
    }
  } finally {
    launched?.release()
  }
}

/** SQLite says of some of its files "disk I/O error" where there is no space left for them. */
function hasNoSpace(data: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(data)
    return bavail * bsize < LEAST_BYTES
  } catch {
    return false
  }
}

/** One that this call, or another at the same time, has just started is not replaced again. */
const mustGo = (
  { health }: Extract<Found, { kind: 'running' }>,
  { protocol, replace }: UpOptions,
  launched: Launched | undefined,
): boolean => health.protocol < protocol || (replace && launched === undefined)

const ready = ({ lease, health }: Extract<Found, { kind: 'running' }>, started: boolean): AgentUp => ({
  event: 'ready',
  socket: lease.socket,
  version: health.version,
  protocol: health.protocol,
  pid: lease.pid,
  started,
})

/** An agent on an address (`npm run agent`) has this folder: it will never answer on a socket, and is not ours to end. */
async function withoutSocket(
  { lease }: Extract<Found, { kind: 'silent' }>,
  data: string,
): Promise<AgentUp | undefined> {
  if (lease === undefined || lease.socket !== undefined || !(await isAlive(lease))) return undefined
  return failed('other', `Another agent, process ${lease.pid}, works in ${data} and has no socket. Stop it first.`)
}
