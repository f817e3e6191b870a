import type { Job } from '../../../../contract/jobs.ts'
import { hasEnded, limitMinutes, ranSeconds } from './story.ts'

/** What most likely made a job fail; the page says it in words, with what to try. */
export type FailureCause =
  | 'timeout'
  | 'out-of-memory'
  | 'node'
  | 'lost'
  | 'not-found'
  | 'not-executable'
  | 'killed'
  | 'segfault'
  | 'bus'
  | 'illegal'
  | 'aborted'
  | 'floating-point'
  | 'terminated'
  | 'interrupted'
  | 'file-size'
  | 'cpu-time'
  | 'usage'
  | 'unknown-keyword'
  | 'diverged'
  | 'disk-full'
  | 'license'
  | 'exit-code'
  | 'unknown'

/** By the numbers that Linux gives signals. */
const bySignal: Readonly<Record<number, FailureCause>> = {
  2: 'interrupted',
  4: 'illegal',
  6: 'aborted',
  7: 'bus',
  8: 'floating-point',
  9: 'killed',
  11: 'segfault',
  15: 'terminated',
  24: 'cpu-time',
  25: 'file-size',
}
const signalNames: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
  24: 'SIGXCPU',
  25: 'SIGXFSZ',
}
const byExitCode: Readonly<Record<number, FailureCause>> = { 2: 'usage', 126: 'not-executable', 127: 'not-found' }

type Ended = Pick<Job, 'state' | 'exitCode' | 'signal'>

/** The signal that ended a job: as the scheduler told it, or as a shell passes it on (exit code 128 + signal). */
export function signalOf({
  signal,
  exitCode,
}: Pick<Job, 'exitCode' | 'signal'>): { number: number; name: string } | undefined {
  const number = signal ?? (exitCode !== undefined && exitCode > 128 && exitCode < 160 ? exitCode - 128 : undefined)
  if (number === undefined || number === 0) return undefined
  return { number, name: signalNames[number] ?? `signal ${number}` }
}

/** What a log says about its end outweighs the exit code: solvers are known to lie with theirs. */
const byLog: readonly (readonly [RegExp, FailureCause])[] = [
  [/no space left on device|disk quota exceeded/i, 'disk-full'],
  [/out of memory|oom[- ]?kill|cannot allocate memory|std::bad_alloc|MemoryError/i, 'out-of-memory'],
  [/licen[cs]e.*(not available|expired|denied|checkout failed|unable)/i, 'license'],
  [/too many cutbacks|best solution and residuals|(has |did not |not )converge|diverge/i, 'diverged'],
  [/command not found/i, 'not-found'],
  [/\*ERROR.*(unknown|card image|keyword)/i, 'unknown-keyword'],
]

export function failureCause(job: Ended, logTail: readonly string[]): FailureCause {
  if (job.state === 'timeout') return 'timeout'
  if (job.state === 'out_of_memory') return 'out-of-memory'
  if (job.state === 'node_fail') return 'node'
  if (job.state === 'lost') return 'lost'
  const log = logTail.slice(-60).join('\n')
  const said = byLog.find(([pattern]) => pattern.test(log))?.[1]
  if (said !== undefined) return said
  const signal = signalOf(job)
  const stopped = signal === undefined ? undefined : bySignal[signal.number]
  if (stopped !== undefined) return stopped
  const code = job.exitCode
  if (code === undefined) return 'unknown'
  return byExitCode[code] ?? (code === 0 ? 'unknown' : 'exit-code')
}

/** Memory to ask for next time, in MiB: half as much again, in whole GiB; undefined where it is not known what it had. */
export function nextMemoryMb({ resources }: Pick<Job, 'resources'>): number | undefined {
  const { memoryMb } = resources
  return memoryMb === undefined ? undefined : Math.ceil((memoryMb * 1.5) / 1024) * 1024
}

/** A time limit to ask for next time, in minutes: half as much again, in steps that people use. */
export function nextLimitMinutes(job: Pick<Job, 'timeLimit' | 'resources'>): number {
  const wanted = limitMinutes(job) * 1.5
  const step = wanted <= 60 ? 5 : wanted <= 360 ? 30 : wanted <= 1440 ? 60 : 360
  return Math.ceil(wanted / step) * step
}

/** Less than this part of the limit left, or of a long job less than so many seconds, is worth a warning. */
const nearPart = 0.1
const nearSeconds = 600

/** Seconds until its time limit ends a running job, where they are few; undefined otherwise. */
export function secondsLeft(job: Job, now: number): number | undefined {
  if (hasEnded(job.state) || job.array !== undefined) return undefined
  const ran = ranSeconds(job, now)
  if (ran === undefined) return undefined
  const limit = limitMinutes(job) * 60
  const left = limit - ran
  const near = Math.max(limit * nearPart, limit >= 6 * nearSeconds ? nearSeconds : 0)
  return left <= near ? Math.max(0, left) : undefined
}
