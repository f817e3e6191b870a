import { createHash } from 'node:crypto'
import type { StartEstimate } from '../../../contract/preflight.ts'
import type { Agent } from '../kit/agent.ts'
import { Failure } from '../kit/failure.ts'
import { within } from '../kit/within.ts'
import type { Estimate, Scheduler } from '../scheduler/index.ts'

/** `sbatch --test-only` uses up a job id and the controller's time: a user's form asks it no more often. */
const EVERY_MS = 5000
/** A question longer under way is given up. */
const LONGEST_MS = 5000
/** An answer that takes longer comes with a later question. */
const PATIENCE_MS = 1000
/** An estimate is of the moment; so long it is given again. */
const FRESH_MS = 30_000
const MOST_USERS = 1000
const MOST_KNOWN = 20

type Spec = Parameters<Scheduler['estimate']>[0]

/** What became of the question when the job would start. */
export type Asking = { start: StartEstimate; problem?: string }

interface Known {
  at: number
  /** Undefined where the scheduler could not be asked, or not in time. */
  answer: Promise<Estimate | undefined>
}

/** Asks the scheduler when jobs would start: bounded in time, seldom for each user, and once for the same content. */
export function createEstimates(
  { now, log }: Pick<Agent, 'now' | 'log'>,
  scheduler: Pick<Scheduler, 'estimate' | 'kind'>,
): (spec: Spec) => Promise<Asking> {
  const users = new Map<string, { asked: number; known: Map<string, Known> }>()
  const everyMs = scheduler.kind === 'slurm' ? EVERY_MS : 0

  async function ask(spec: Spec): Promise<Estimate | undefined> {
    try {
      return await within(scheduler.estimate(spec), LONGEST_MS)
    } catch (error) {
      // Not even asked: a line of the script, for one, that would make another job of it.
      if (error instanceof Failure && error.code === 'VALIDATION_FAILED') return { problem: error.message }
      log.debug({ err: error }, 'the start of a job could not be estimated')
      return undefined
    }
  }

  function questionsOf(user: string) {
    const mine = users.get(user) ?? { asked: -Infinity, known: new Map<string, Known>() }
    users.delete(user)
    users.set(user, mine)
    shorten(users, MOST_USERS)
    return mine
  }

  return async (spec) => {
    const mine = questionsOf(spec.user)
    const key = contentOf(spec)
    const at = now().getTime()
    let known = mine.known.get(key)
    if (known === undefined || at - known.at >= FRESH_MS) {
      const pauseMs = mine.asked + everyMs - at
      if (pauseMs > 0) return later(pauseMs)
      mine.asked = at
      known = { at, answer: ask(spec) }
      mine.known.set(key, known)
      shorten(mine.known, MOST_KNOWN)
    }
    // Whatever was asked has an answer in the end, if only that there is none: then it is told as such.
    const answer = await within(
      known.answer.then((estimate) => ({ estimate })),
      PATIENCE_MS,
    )
    return answer === undefined ? later(PATIENCE_MS) : inWords(answer.estimate)
  }
}

const later = (ms: number): Asking => ({ start: { state: 'later', seconds: Math.ceil(ms / 100) / 10 } })

function inWords(estimate: Estimate | undefined): Asking {
  const { startsAt, nodes, problem } = estimate ?? {}
  if (problem !== undefined) return { start: { state: 'unknown' }, problem }
  if (startsAt === undefined) return { start: { state: 'unknown' } }
  return { start: { state: 'known', at: startsAt.toISOString(), ...(nodes === undefined ? {} : { nodes }) } }
}

/** Everything of a question but its name. */
const contentOf = ({ name: _name, ...spec }: Spec): string =>
  createHash('sha256').update(JSON.stringify(spec)).digest('base64')

function shorten(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return
    map.delete(key)
  }
}

/** The lines of a script that speak to Slurm, all that matters for when it starts; those with values still to fill in are left out. */
export function directivesOf(script: string): string {
  const lines = script.split('\n').filter((line) => /^#SBATCH\s/.test(line) && !/\{[{%]/.test(line))
  return ['#!/bin/sh', ...lines, ':', ''].join('\n')
}
