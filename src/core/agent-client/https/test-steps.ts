import type { SiteTestStep } from '../../../../contract/sites.ts'
import { AppError, appError } from '../../kit/app-error.ts'
import { reasonOf } from '../../kit/wait.ts'

/** What a step found; `error`: it failed, and what was found all the same. */
export interface Found {
  detail?: string
  error?: AppError
}
export type StepName = SiteTestStep['step']
/** Undefined: the step is skipped. */
export type StepWork = (signal: AbortSignal) => Promise<Found | undefined>

/**
 * Runs steps one after the other and tells how all of them stand after each change; after a failed one the rest is skipped.
 * Never rejects but with the signal's reason. An error that is none of the closed set is told as `otherwise` makes it.
 * A step may be given longer than the others, where a user has to answer something.
 */
export async function runSteps(
  work: readonly { step: StepName; run: StepWork; stepMs?: number }[],
  { signal, stepMs, otherwise }: { signal: AbortSignal; stepMs: number; otherwise: (error: unknown) => AppError },
  tell: (steps: SiteTestStep[]) => void,
): Promise<void> {
  const steps: SiteTestStep[] = work.map(({ step }) => ({ step, state: 'waiting' }))
  const set = (at: number, step: SiteTestStep): void => {
    steps[at] = step
    tell([...steps])
  }
  tell([...steps])
  for (const [at, { step, run, stepMs: own }] of work.entries()) {
    set(at, { step, state: 'running' })
    const began = performance.now()
    const found = await runOne(run, signal, own ?? stepMs, otherwise)
    const ms = Math.round(performance.now() - began)
    if (found === undefined) set(at, { step, state: 'skipped' })
    else set(at, { step, state: found.error === undefined ? 'ok' : 'failed', ms, ...said(found) })
    if (found?.error === undefined) continue
    for (const [later, { step: name }] of work.entries()) {
      if (later > at) steps[later] = { step: name, state: 'skipped' }
    }
    return tell([...steps])
  }
}

const said = ({ detail, error }: Found): Pick<SiteTestStep, 'detail' | 'error'> => ({
  ...(detail === undefined ? {} : { detail }),
  ...(error === undefined ? {} : { error: error.value }),
})

/** A step that does not heed its signal is left behind when that comes. */
async function runOne(
  run: StepWork,
  signal: AbortSignal,
  stepMs: number,
  otherwise: (error: unknown) => AppError,
): Promise<Found | undefined> {
  signal.throwIfAborted()
  const limit = AbortSignal.timeout(stepMs)
  const either = AbortSignal.any([signal, limit])
  const cut = new Promise<never>((_resolve, reject) => {
    either.addEventListener('abort', () => reject(reasonOf(either)), { once: true })
  })
  try {
    return await Promise.race([run(either), cut])
  } catch (error) {
    if (signal.aborted) throw reasonOf(signal)
    return { error: error instanceof AppError ? error : otherwise(error) }
  }
}

/** That nothing answers there. */
export const silent = (host: string, detail: string): AppError =>
  appError('OFFLINE', { site: host }, `${host} does not answer: ${detail}`)
