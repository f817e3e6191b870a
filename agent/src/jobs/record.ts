import type { Selectable } from 'kysely'
import type { ArrayElement, ArraySummary, Job, JobState } from '../../../contract/jobs.ts'
import type { DesktopGeometry } from '../../../contract/desktops.ts'
import type { JobOptions, Resources } from '../../../contract/resources.ts'
import type { ResultValue } from '../../../contract/results.ts'
import type { ParameterValues, Template, TemplateSource } from '../../../contract/templates.ts'
import type { JobElementsTable, JobHistoryTable } from './tables.ts'

/** What a job keeps of its template: the file may change or go, the job stays what it was. */
export type TemplateSnapshot = Pick<
  TemplateSource,
  'id' | 'version' | 'name' | 'files' | 'convergence' | 'results' | 'mainResults'
>

export interface JobInput {
  slot?: string
  /** Of a file that was uploaded; a file of another job has none. */
  uploadId?: string
  /** In the job's folder, with `/`. */
  name: string
  /** Bytes. */
  size: number
  /** Hex: the tree digest of the upload. */
  digest?: string
  /** Relative to the user's area. */
  path: string
  /** It is made by a job that this one waits for, and need not be there yet. */
  later?: boolean
}

/** How a job that is a desktop was started, whatever the settings say later. */
export interface DesktopRecord {
  geometry: DesktopGeometry
  dpi?: number
  /** Where its X server was told to listen. `near`: `socket` on the agent's own machine, `network` elsewhere. */
  way: 'socket' | 'loopback' | 'network' | 'near'
  clipboard: boolean
}

/** What lists show of a submission. */
export interface JobSummary {
  number: number
  /** The scheduler's id; undefined until it has accepted the job. */
  jobId: string | undefined
  user: string
  key: string
  name: string
  state: JobState
  reason: string | undefined
  exitCode: number | undefined
  signal: number | undefined
  held: boolean
  expectedStart: string | undefined
  priority: number | undefined
  restarts: number
  timeLimit: number | undefined
  resources: Resources
  options: JobOptions | undefined
  array: ArraySummary | undefined
  template: TemplateSnapshot | undefined
  workflow: { id: string; step: string } | undefined
  nodes: string | undefined
  submittedAt: string
  startedAt: string | undefined
  endedAt: string | undefined
}

/** A submission as it is stored. */
export interface Submitted extends JobSummary {
  attemptedAt: string | undefined
  /** The whole template as it was; undefined for a job of an older agent. */
  source: TemplateSource | undefined
  parameters: ParameterValues
  command: string | undefined
  script: string
  inputs: JobInput[]
  results: ResultValue[] | undefined
  /** Undefined for any other job. */
  desktop: DesktopRecord | undefined
}

/** A job, or an element of an array. */
export interface Found {
  job: Submitted
  element?: ArrayElement
}

export type NewSubmission = Pick<
  Submitted,
  | 'user'
  | 'key'
  | 'name'
  | 'resources'
  | 'options'
  | 'template'
  | 'source'
  | 'parameters'
  | 'command'
  | 'script'
  | 'inputs'
  | 'workflow'
  | 'desktop'
>

/** `number`s of submissions that no scheduler gave an id go by another name than a scheduler's ids. */
export const ownId = (number: number): string => `s${number}`
export const idOf = ({ jobId, number }: Pick<JobSummary, 'jobId' | 'number'>): string => jobId ?? ownId(number)
export const elementId = (job: Pick<JobSummary, 'jobId' | 'number'>, index: number): string => `${idOf(job)}_${index}`

export const snapshotOf = (template: Template): TemplateSnapshot => ({
  id: template.id,
  version: template.version,
  name: template.name,
  files: template.files,
  ...(template.convergence === undefined ? {} : { convergence: template.convergence }),
  ...(template.results === undefined ? {} : { results: template.results }),
  ...(template.mainResults === undefined ? {} : { mainResults: template.mainResults }),
})

/** The columns of a `JobSummary`. */
export const summaryColumns = [
  'number',
  'job_id',
  'user',
  'key',
  'name',
  'state',
  'reason',
  'exit_code',
  'signal',
  'held',
  'expected_start',
  'priority',
  'restarts',
  'time_limit',
  'resources',
  'options',
  'array',
  'template',
  'workflow_id',
  'workflow_step',
  'nodes',
  'submitted_at',
  'started_at',
  'ended_at',
] as const

type Row = Selectable<JobHistoryTable>
const parsed = (text: string | null): unknown => (text === null ? undefined : JSON.parse(text))

export const summaryOf = (row: Pick<Row, (typeof summaryColumns)[number]>): JobSummary => ({
  number: row.number,
  jobId: row.job_id ?? undefined,
  user: row.user,
  key: row.key,
  name: row.name,
  state: row.state,
  reason: row.reason ?? undefined,
  exitCode: row.exit_code ?? undefined,
  signal: row.signal ?? undefined,
  held: row.held === 1,
  expectedStart: row.expected_start ?? undefined,
  priority: row.priority ?? undefined,
  restarts: row.restarts,
  timeLimit: row.time_limit ?? undefined,
  resources: JSON.parse(row.resources) as Resources,
  options: parsed(row.options) as JobOptions | undefined,
  array: parsed(row.array) as ArraySummary | undefined,
  template: parsed(row.template) as TemplateSnapshot | undefined,
  workflow:
    row.workflow_id === null || row.workflow_step === null
      ? undefined
      : { id: row.workflow_id, step: row.workflow_step },
  nodes: row.nodes ?? undefined,
  submittedAt: row.submitted_at,
  startedAt: row.started_at ?? undefined,
  endedAt: row.ended_at ?? undefined,
})

export const submittedOf = (row: Row): Submitted => ({
  ...summaryOf(row),
  attemptedAt: row.attempted_at ?? undefined,
  source: parsed(row.source) as TemplateSource | undefined,
  parameters: JSON.parse(row.parameters) as ParameterValues,
  command: row.command ?? undefined,
  script: row.script,
  inputs: JSON.parse(row.inputs) as JobInput[],
  results: parsed(row.results) as ResultValue[] | undefined,
  desktop: parsed(row.desktop) as DesktopRecord | undefined,
})

export const elementOf = (row: Selectable<JobElementsTable>): ArrayElement => ({
  index: row.idx,
  state: row.state,
  ...(row.reason === null ? {} : { reason: row.reason }),
  ...(row.exit_code === null ? {} : { exitCode: row.exit_code }),
  ...(row.signal === null ? {} : { signal: row.signal }),
  ...(row.started_at === null ? {} : { startedAt: row.started_at }),
  ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
  ...(row.nodes === null ? {} : { nodes: row.nodes }),
  ...(row.restarts === 0 ? {} : { restarts: row.restarts }),
})

/** A stored submission as clients see it; with `element`, that element of it. */
export function asJob(job: JobSummary, element?: ArrayElement): Job {
  const { expectedStart, priority, timeLimit, options, array, workflow, template } = job
  const own = element ?? job
  const restarts = own.restarts ?? 0
  return {
    id: element === undefined ? idOf(job) : elementId(job, element.index),
    name: job.name,
    user: job.user,
    state: own.state,
    resources: job.resources,
    submittedAt: job.submittedAt,
    hasConvergence: template?.convergence !== undefined,
    ...(own.reason === undefined ? {} : { reason: own.reason }),
    ...(own.exitCode === undefined ? {} : { exitCode: own.exitCode }),
    ...(own.signal === undefined ? {} : { signal: own.signal }),
    ...(own.startedAt === undefined ? {} : { startedAt: own.startedAt }),
    ...(own.endedAt === undefined ? {} : { endedAt: own.endedAt }),
    ...(own.nodes === undefined ? {} : { nodes: own.nodes }),
    ...(restarts === 0 ? {} : { restarts }),
    ...(job.held ? { held: true } : {}),
    ...(options === undefined ? {} : { options }),
    ...(expectedStart === undefined ? {} : { expectedStart }),
    ...(priority === undefined ? {} : { priority }),
    ...(timeLimit === undefined ? {} : { timeLimit }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(template === undefined ? {} : { templateId: template.id, templateName: template.name }),
    ...(element === undefined ? {} : { element: { array: idOf(job), index: element.index } }),
    ...(element !== undefined || array === undefined ? {} : { array }),
  }
}
