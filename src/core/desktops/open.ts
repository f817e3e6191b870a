import type { Duplex } from 'node:stream'
import type { ConnectAnswer, DesktopEndpoint } from '../../../contract/agent/desktops.ts'
import type { AgentClient } from '../agent-client/index.ts'
import { AppError } from '../kit/app-error.ts'
import { reasonOf } from '../kit/wait.ts'
import type { Logger } from '../platform.ts'
import type { SitesFeature } from '../sites/index.ts'
import { unreachable, wayFailure } from './failure.ts'
import { patienceMs, pause, whileItComesBack } from './patience.ts'
import { plainSide } from './plain-side.ts'
import { NotRfb, untilGreeted } from './rfb.ts'
import { secure } from './vencrypt.ts'
import { openWay, waysTo, type Way } from './way.ts'

/** What is to be opened. */
export interface Wanted {
  site: string
  /** Asks the agent where it is. */
  connect: (client: AgentClient, signal: AbortSignal) => Promise<ConnectAnswer>
  /** Where it runs, as far as is known before that. */
  host: string
  /** Of a colleague who watches. */
  sharePassword?: string
}

export interface OpenTimes {
  /** Waiting for a site that comes back. */
  patienceMs: number
  /** For one of several ways. */
  wayMs: number
  /** Until the X server has greeted, and TLS is made. */
  greetMs: number
}
const usual: OpenTimes = { patienceMs, wayMs: 8000, greetMs: 10_000 }
const againMs = 500

interface Signals {
  signal: AbortSignal
  within: AbortSignal
}

/**
 * Opens the way to a desktop: the bytes of an RFB server as a viewer wants them, whatever lies between. Rejects with
 * DESKTOP_UNREACHABLE, what the agent answered, OFFLINE where the site did not come back, or the signal's reason.
 */
export async function openDesktop(
  wanted: Wanted,
  parts: { sites: SitesFeature; log: Logger; times?: Partial<OpenTimes> },
  signal: AbortSignal,
): Promise<{ answer: ConnectAnswer; stream: Duplex }> {
  const { sites, log } = parts
  const { site, connect } = wanted
  const times = { ...usual, ...parts.times }
  const client = sites.agents.client(site)
  const signals = { signal, within: AbortSignal.timeout(times.patienceMs) }
  let last: AppError | undefined
  for (;;) {
    const answer = await whileItComesBack(sites, site, signals, (one) => connect(client, one)).catch(
      (error: unknown) => {
        // The site is there: it was the way.
        if (last !== undefined && signals.within.aborted && sites.agents.link(site).ready) throw last
        throw isAboutIt(error) ? wayFailure(error, wanted.host) : error
      },
    )
    try {
      return { answer, stream: await firstWay(answer, signals) }
    } catch (error) {
      if (signal.aborted) throw reasonOf(signal)
      last = wayFailure(error, answer.endpoint.host)
      if (!isPassing(error)) throw last
      // The site went away in between, and is waited for again.
      await pause(againMs, signals)
      if (signals.within.aborted) throw last
    }
  }

  /** Goes the first way that leads there; what is said is why the best one does not. */
  async function firstWay({ desktop, endpoint }: ConnectAnswer, within: Signals): Promise<Duplex> {
    const ssh = sites.ssh(site)
    const { sharePassword } = wanted
    const ways = waysTo(endpoint, { ssh: ssh !== undefined, shared: sharePassword !== undefined })
    let first: { error: unknown; way: Way } | undefined
    for (const [at, way] of ways.entries()) {
      const isLast = at === ways.length - 1
      const limit = isLast
        ? within
        : { ...within, within: AbortSignal.any([within.within, AbortSignal.timeout(times.wayMs)]) }
      try {
        const bytes = await openWay(way, { id: desktop.id, client, ssh, sharePassword }, limit)
        const stream = await greeted(bytes, endpoint, signal, times.greetMs)
        log.info('a way to a desktop is open', { site, desktop: desktop.id, way: way.kind })
        return stream
      } catch (error) {
        if (signal.aborted) throw reasonOf(signal)
        if (isPassing(error) && (first === undefined || isLate(first.error))) throw error
        log.info('a way to a desktop is closed', { site, desktop: desktop.id, way: way.kind, reason: saidOf(error) })
        first ??= { error, way }
        // The other ways lead to the same place.
        if (error instanceof NotRfb) break
      }
    }
    throw first === undefined ? noWay(endpoint, ssh === undefined) : inWords(first.error, first.way)
  }
}

/** Over the bytes of an X server's connection, whichever way they come: what a viewer speaks to. */
async function greeted(bytes: Duplex, endpoint: DesktopEndpoint, signal: AbortSignal, ms: number): Promise<Duplex> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ms)])
  const { certificate } = endpoint
  try {
    if (certificate !== undefined) return plainSide(await secure(bytes, certificate, limit))
    await untilGreeted(bytes, limit)
    return bytes
  } catch (error) {
    bytes.destroy()
    throw limit.aborted && !signal.aborted ? new Error('the X server does not answer') : error
  }
}

/** The agent's word on the desktop itself. */
const isAboutIt = (error: unknown): boolean =>
  error instanceof AppError && (error.value.code === 'CONFLICT' || error.value.code === 'DESKTOP_UNREACHABLE')

/** The way was cut, or the site is away: that is over soon. */
const isPassing = (error: unknown): boolean =>
  error instanceof AppError &&
  (error.value.code === 'SSH_FAILED' ? error.value.data.reason === 'closed' : error.value.code === 'OFFLINE')

/** A time-out of ours. */
const isLate = (error: unknown): boolean => error instanceof DOMException

/** A time-out says nothing to anybody. */
function inWords(error: unknown, way: Way): unknown {
  if (!isLate(error)) return error
  const { kind } = way
  return new Error(kind === 'node' ? `${way.host} does not answer` : 'nothing answers there')
}

const noWay = ({ host }: DesktopEndpoint, isWithoutSsh: boolean): AppError =>
  isWithoutSsh
    ? unreachable(host, 'needs-ssh', 'only SSH leads to its node')
    : unreachable(host, 'unreachable', 'it listens on its node for its owner alone')

const saidOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
