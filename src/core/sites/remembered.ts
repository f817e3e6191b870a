import type { AgentClient } from '../agent-client/index.ts'
import { AppError } from '../kit/app-error.ts'
import { isDown, ofAnother, ownerOf, type PerUserParts } from './per-user.ts'

/**
 * Asks a site's agent with GET; where it is out of reach, its last answer to the same question and user comes with its
 * age. Of each `kind` of question the newest answers are kept. What was never answered is OFFLINE as ever.
 */
export type Remembered = <T extends object>(
  site: string,
  kind: string,
  ...request: Parameters<AgentClient['get']>
) => Promise<T & { asOf?: string }>

/** With an answer at hand an agent that is not connected is waited for so long; one known to be out of reach, hardly. */
const patience = { usual: 1500, down: 200 }

export function createRemembered({ sites, lastKnown }: PerUserParts): Remembered {
  return async function remembered<T extends object>(
    site: string,
    kind: string,
    ...[path, options = {}]: Parameters<AgentClient['get']>
  ): Promise<T & { asOf?: string }> {
    const user = ownerOf(sites, site)
    const known = lastKnown.of(site, user)
    const question = options.query === undefined ? path : `${path} ${JSON.stringify(options.query)}`
    const last = (): (T & { asOf: string }) | undefined => {
      const answer = known.answer(kind, question)
      return answer === undefined ? undefined : { ...(answer.value as T), asOf: answer.asOf }
    }
    const late =
      sites.agents.link(site).ready || last() === undefined
        ? undefined
        : AbortSignal.timeout(isDown(sites, site) ? patience.down : patience.usual)
    const signals = [options.signal, late].filter((signal) => signal !== undefined)
    const asked = new Date().toISOString()
    try {
      const answer = await sites.agents.client(site).get<T>(path, { ...options, signal: AbortSignal.any(signals) })
      if (ownerOf(sites, site) !== user) throw ofAnother()
      known.keepAnswer(kind, question, answer, asked)
      return answer
    } catch (error) {
      if (options.signal?.aborted === true || !(late?.aborted === true || isOutOfReach(error))) throw error
      if (ownerOf(sites, site) !== user) throw ofAnother()
      const answer = last()
      if (answer === undefined) throw error
      return answer
    }
  }
}

const isOutOfReach = (error: unknown): boolean =>
  error instanceof AppError && (error.value.code === 'OFFLINE' || error.value.code === 'SIGNED_OUT')
