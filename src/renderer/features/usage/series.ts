import type { Job } from '../../../../contract/jobs.ts'
import type { JobUsage, UsageSample } from '../../../../contract/usage.ts'

/** One line of a chart: a value for each moment, gaps as null. */
export interface Line {
  name: 'used' | 'limit' | 'read' | 'written'
  values: (number | null)[]
}

/** What one chart shows; abscissa in seconds since the start. */
export interface Course {
  kind: 'memory' | 'cpu' | 'gpu' | 'io'
  seconds: number[]
  lines: Line[]
}

/** Cores that are reserved: what the scheduler counts, else what was asked for. */
export function coresOf({ coreSeconds, elapsedSeconds }: UsageSample, { resources }: Pick<Job, 'resources'>): number {
  if (coreSeconds !== undefined && elapsedSeconds !== undefined && elapsedSeconds > 0)
    return Math.max(1, Math.round(coreSeconds / elapsedSeconds))
  return resources.tasks * (resources.cpusPerTask ?? 1)
}

/** The memory a job may use in bytes, as far as anybody knows. */
export function memoryLimit(
  sample: UsageSample | undefined,
  { resources }: Pick<Job, 'resources'>,
): number | undefined {
  if (sample?.memoryLimitBytes !== undefined) return sample.memoryLimitBytes
  return resources.memoryMb === undefined ? undefined : resources.memoryMb * 1_048_576 * resources.nodes
}

/** Growth per second between two moments of a figure that only grows; null where one of them is not known. */
function rate(
  before: UsageSample | undefined,
  sample: UsageSample,
  key: 'cpuSeconds' | 'readBytes' | 'writtenBytes',
): number | null {
  const value = sample[key]
  const seconds = before === undefined ? 0 : (Date.parse(sample.at) - Date.parse(before.at)) / 1000
  const earlier = before?.[key]
  if (value === undefined || earlier === undefined || seconds <= 0) return null
  return Math.max(0, value - earlier) / seconds
}

/** Percent of the reserved cores that were busy since the sample before. */
export function cpuPercent(
  before: UsageSample | undefined,
  sample: UsageSample,
  job: Pick<Job, 'resources'>,
): number | null {
  const perSecond = rate(before, sample, 'cpuSeconds')
  return perSecond === null ? null : (perSecond / coresOf(sample, job)) * 100
}

/** The charts there is something to show in: at least two moments of a figure. */
export function coursesOf({ samples }: Pick<JobUsage, 'samples'>, job: Pick<Job, 'resources' | 'startedAt'>): Course[] {
  const begin = Date.parse(job.startedAt ?? samples[0]?.at ?? '')
  const seconds = samples.map((sample) => Math.max(0, (Date.parse(sample.at) - begin) / 1000))
  const each = (value: (sample: UsageSample, before: UsageSample | undefined) => number | null | undefined) =>
    samples.map((sample, index) => value(sample, samples[index - 1]) ?? null)
  const limit = memoryLimit(samples.at(-1), job)
  const courses: Course[] = [
    {
      kind: 'memory',
      seconds,
      lines: [
        { name: 'used', values: each(({ memoryBytes }) => memoryBytes) },
        ...(limit === undefined ? [] : [{ name: 'limit' as const, values: samples.map(() => limit) }]),
      ],
    },
    {
      kind: 'cpu',
      seconds,
      lines: [{ name: 'used', values: each((sample, before) => cpuPercent(before, sample, job)) }],
    },
    { kind: 'gpu', seconds, lines: [{ name: 'used', values: each(({ gpuPercent }) => gpuPercent) }] },
    {
      kind: 'io',
      seconds,
      lines: [
        { name: 'read', values: each((sample, before) => rate(before, sample, 'readBytes')) },
        { name: 'written', values: each((sample, before) => rate(before, sample, 'writtenBytes')) },
      ],
    },
  ]
  return courses.filter(({ lines }) => (lines[0]?.values.filter((value) => value !== null).length ?? 0) >= 2)
}

/** How well an ended job used what it had reserved; what cannot be told is absent. Seconds and bytes. */
export interface Efficiency {
  cpu?: { used: number; reserved: number; percent: number }
  memory?: { used: number; limit: number; percent: number }
  time?: { used: number; limit: number; percent: number }
}

const percent = (part: number, of: number) => (part / of) * 100

export function efficiencyOf(
  { samples, final }: Pick<JobUsage, 'samples' | 'final'>,
  job: Pick<Job, 'resources' | 'startedAt' | 'endedAt'>,
): Efficiency {
  const whole = final ?? samples.at(-1)
  const elapsed = final?.elapsedSeconds ?? elapsedOf(job)
  const peaks = [...samples, ...(final === undefined ? [] : [final])].flatMap(({ memoryBytes }) => memoryBytes ?? [])
  const reserved =
    whole?.coreSeconds ?? (elapsed === undefined || whole === undefined ? 0 : elapsed * coresOf(whole, job))
  const limit = memoryLimit(whole, job)
  const timeLimit = job.resources.timeMinutes * 60
  const used = Math.max(...peaks)
  return {
    ...(whole?.cpuSeconds === undefined || reserved <= 0
      ? {}
      : { cpu: { used: whole.cpuSeconds, reserved, percent: percent(whole.cpuSeconds, reserved) } }),
    ...(peaks.length === 0 || limit === undefined || limit <= 0
      ? {}
      : { memory: { used, limit, percent: percent(used, limit) } }),
    ...(elapsed === undefined
      ? {}
      : { time: { used: elapsed, limit: timeLimit, percent: percent(elapsed, timeLimit) } }),
  }
}

function elapsedOf({ startedAt, endedAt }: Pick<Job, 'startedAt' | 'endedAt'>): number | undefined {
  if (startedAt === undefined || endedAt === undefined) return undefined
  return Math.max(0, (Date.parse(endedAt) - Date.parse(startedAt)) / 1000)
}

/** A share as it is said: `38`, `0.4`, never 0 for something. */
export function formatPercent(value: number): string {
  if (value >= 10 || value === 0) return String(Math.round(value))
  return value < 0.1 ? '< 0.1' : String(Number(value.toPrecision(value < 1 ? 1 : 2)))
}
