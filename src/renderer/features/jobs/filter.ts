import type { Job, JobState } from '../../../../contract/jobs.ts'
import { textIn, type Language } from '../../ui/text.ts'
import { hasEnded, hasFailed } from './story.ts'

/** What the list of jobs is narrowed to; the address holds it (`?state=running,pending&q=plate&since=7d`). */
export interface JobFilter {
  /** Every word must be found in what a job shows. */
  text: string
  /** Any of them; none: all states. */
  states: readonly JobState[]
  partition?: string
  /** A template's id; `-` for jobs without one. */
  template?: string
  user?: string
  /** Submitted within this time (`24h`, `7d`), or from a day on (`2026-11-01`). */
  since?: string
  /** Submitted before the end of this day. */
  until?: string
  /** Jobs of a workflow's run under one row. */
  group?: 'workflow'
  /** All users' jobs, for admins. */
  everybody?: true
}

/** Every state, in the order in which a job passes them. */
export const jobStates: readonly JobState[] = [
  'pending',
  'running',
  'completing',
  'completed',
  'failed',
  'cancelled',
  'timeout',
  'out_of_memory',
  'node_fail',
  'lost',
]
const activeStates = jobStates.filter((state) => !hasEnded(state))
const failedStates = jobStates.filter(hasFailed)

/** The sets of states that are asked for most, each one click away. */
export const presets = {
  all: [],
  active: activeStates,
  completed: ['completed'],
  failed: failedStates,
} as const satisfies Record<string, readonly JobState[]>
export type Preset = keyof typeof presets
export const presetNames: readonly Preset[] = ['all', 'active', 'completed', 'failed']

const sameStates = (a: readonly JobState[], b: readonly JobState[]): boolean =>
  a.length === b.length && a.every((state) => b.includes(state))

/** The preset whose states are asked for; undefined for a choice of one's own. */
export const presetOf = (filter: JobFilter): Preset | undefined =>
  presetNames.find((name) => sameStates(presets[name], filter.states))

export const noFilter: JobFilter = { text: '', states: [] }

const single = ['partition', 'template', 'user', 'since', 'until'] as const
export type SingleFilter = (typeof single)[number]
const dated = /^(\d{1,4}[hd]|\d{4}-\d{2}-\d{2})$/

/** Reads the query of an address; what is not understood narrows nothing. */
export function parseFilter(query: string): JobFilter {
  const params = new URLSearchParams(query)
  const asked = (params.get('state') ?? '').split(',')
  const filter: JobFilter = { text: params.get('q') ?? '', states: jobStates.filter((state) => asked.includes(state)) }
  const found = single.flatMap((name) => {
    const value = params.get(name)?.trim() ?? ''
    const fits = value !== '' && ((name !== 'since' && name !== 'until') || dated.test(value))
    return fits ? [[name, value] as const] : []
  })
  return {
    ...filter,
    ...Object.fromEntries(found),
    ...(params.get('group') === 'workflow' ? { group: 'workflow' as const } : {}),
    ...(params.get('everybody') === '1' ? { everybody: true as const } : {}),
  }
}

/** Some of a filter; undefined takes a part away. */
export type FilterChange = { [K in keyof JobFilter]?: JobFilter[K] | undefined }

/** The query of an address for a filter; empty for none, and the same for the same filter. */
export function filterQuery(filter: FilterChange): string {
  const params = new URLSearchParams()
  const { states = [], text = '' } = filter
  if (states.length > 0) params.set('state', states.join(','))
  for (const name of single) {
    const value = filter[name]
    if (value !== undefined && value !== '') params.set(name, value)
  }
  if (filter.group !== undefined) params.set('group', filter.group)
  if (filter.everybody === true) params.set('everybody', '1')
  if (text.trim() !== '') params.set('q', text)
  // A comma needs no escape in a query, and people read this.
  return params.toString().replaceAll('%2C', ',')
}

const hourMs = 3_600_000
const unitMs: Readonly<Record<string, number>> = { h: hourMs, d: 24 * hourMs }

/** The first moment of `since`, in milliseconds since 1970; days are the reader's own. */
export function sinceMs(since: string, now: number): number {
  const [, count, unit] = /^(\d+)([hd])$/.exec(since) ?? []
  if (count !== undefined && unit !== undefined) return now - Number(count) * (unitMs[unit] ?? 0)
  return new Date(`${since}T00:00:00`).getTime()
}
const untilMs = (until: string, now: number): number =>
  /^\d+[hd]$/.test(until) ? sinceMs(until, now) : new Date(`${until}T24:00:00`).getTime()

/**
 * Tells for a job whether a filter lets it through. `words` is what a job shows, in lower case: names, ids, what stands in
 * its columns. Built once for a list of thousands.
 */
export function matcher(filter: JobFilter, words: (job: Job) => string, now = Date.now()): (job: Job) => boolean {
  const wanted = filter.text.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  const states = new Set(filter.states)
  const from = filter.since === undefined ? undefined : sinceMs(filter.since, now)
  const to = filter.until === undefined ? undefined : untilMs(filter.until, now)
  return (job) => {
    if (states.size > 0 && !inStates(job, states)) return false
    if (filter.partition !== undefined && (job.resources.partition ?? '-') !== filter.partition) return false
    if (filter.template !== undefined && (job.templateId ?? '-') !== filter.template) return false
    if (filter.user !== undefined && job.user !== filter.user) return false
    if (from !== undefined || to !== undefined) {
      const at = Date.parse(job.submittedAt)
      if ((from !== undefined && at < from) || (to !== undefined && at >= to)) return false
    }
    if (wanted.length === 0) return true
    const text = words(job)
    return wanted.every((word) => text.includes(word))
  }
}

/** An array is in a state where one of its elements is: a failed element is looked for among the failed. */
function inStates(job: Job, states: ReadonlySet<JobState>): boolean {
  if (states.has(job.state)) return true
  if (job.array === undefined) return false
  const { states: counts } = job.array
  return jobStates.some((state) => states.has(state) && (counts[state] ?? 0) > 0)
}

/** How many jobs each preset lets through. */
export function countPresets(jobs: Iterable<Job>): Record<Preset, number> {
  const counts = { all: 0, active: 0, completed: 0, failed: 0 }
  for (const job of jobs) {
    counts.all += 1
    if (!hasEnded(job.state)) counts.active += 1
    else if (job.state === 'completed') counts.completed += 1
    else if (hasFailed(job.state)) counts.failed += 1
  }
  return counts
}

/** What of a job is searched, in lower case; made once for each. `stateWord` is a state as the window says it. */
export function searched(stateWord: (state: JobState) => string, language: Language): (job: Job) => string {
  const known = new WeakMap<Job, string>()
  return (job) => {
    const before = known.get(job)
    if (before !== undefined) return before
    const { name, id, user, state, reason, nodes, templateId, templateName, workflow, resources } = job
    const template = templateName === undefined ? templateId : textIn(templateName, language)
    const text = [name, id, user, stateWord(state), reason, nodes, template, workflow?.id, resources.partition]
      .filter((part) => part !== undefined)
      .join('\n')
      .toLocaleLowerCase()
    known.set(job, text)
    return text
  }
}
