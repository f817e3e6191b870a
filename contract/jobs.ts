import { Type, type Static } from 'typebox'
import { JobOptions, Resources } from './resources.ts'
import { ParameterValues } from './templates.ts'
import { Id, Text, Time } from './text.ts'

/** One word per state, the same on every screen. Slurm's states map onto these. */
export const JobState = Type.Union([
  Type.Literal('pending'),
  Type.Literal('running'),
  Type.Literal('completing'),
  Type.Literal('completed'),
  Type.Literal('failed'),
  Type.Literal('cancelled'),
  Type.Literal('timeout'),
  Type.Literal('out_of_memory'),
  Type.Literal('node_fail'),
  /** The agent lost sight of it (a restart of the machine, a foreign process under its pid). */
  Type.Literal('lost'),
])
export type JobState = Static<typeof JobState>

export const endedJobStates: readonly JobState[] = [
  'completed',
  'failed',
  'cancelled',
  'timeout',
  'out_of_memory',
  'node_fail',
  'lost',
]
export const jobHasEnded = (state: JobState): boolean => endedJobStates.includes(state)

/** When all elements of an array have ended, the first of these that any of them ended with. */
const gravest: readonly JobState[] = [
  'failed',
  'out_of_memory',
  'timeout',
  'node_fail',
  'lost',
  'cancelled',
  'completed',
]
const furthest: readonly JobState[] = ['running', 'completing', 'pending']

/**
 * The state of a whole array, by its elements: while any of them runs `running`, while any ends `completing`, while any waits
 * `pending`; then the gravest end of all: failed, out of memory, time-out, node failure, lost, cancelled, completed.
 */
export const stateOfArray = (states: Partial<Record<JobState, number>>): JobState =>
  [...furthest, ...gravest].find((state) => (states[state] ?? 0) > 0) ?? 'pending'

/** Elements of an array by state; absent states count none. */
export const ArraySummary = Type.Object({
  /** As asked for: `0-15%4`. */
  range: Type.String(),
  total: Type.Integer({ minimum: 1 }),
  states: Type.Partial(
    Type.Object(
      Object.fromEntries(JobState.anyOf.map(({ const: state }) => [state, Type.Integer()])) as Record<
        JobState,
        ReturnType<typeof Type.Integer>
      >,
    ),
  ),
})
export type ArraySummary = Static<typeof ArraySummary>

/** One element of an array. Its own id, wherever an id is taken, is `<id of the array>_<index>`. */
export const ArrayElement = Type.Object({
  index: Type.Integer({ minimum: 0 }),
  state: JobState,
  reason: Type.Optional(Type.String()),
  exitCode: Type.Optional(Type.Integer()),
  signal: Type.Optional(Type.Integer()),
  startedAt: Type.Optional(Time),
  endedAt: Type.Optional(Time),
  nodes: Type.Optional(Type.String()),
  /** How often it was put back into the queue: what has ended begins again only where this has grown. */
  restarts: Type.Optional(Type.Integer({ minimum: 0 })),
})
export type ArrayElement = Static<typeof ArrayElement>

export const Job = Type.Object({
  id: Id,
  name: Type.String(),
  user: Type.String(),
  state: JobState,
  /** Why it waits or how it ended, in the scheduler's words (`Resources`, `exit code 201`). */
  reason: Type.Optional(Type.String()),
  exitCode: Type.Optional(Type.Integer()),
  /** The signal that ended it (9: killed). */
  signal: Type.Optional(Type.Integer()),
  resources: Resources,
  options: Type.Optional(JobOptions),
  /** For an array: its elements, counted. The state of the whole is `stateOfArray`. */
  array: Type.Optional(ArraySummary),
  /** For an element of an array, whose id is `<id of the array>_<index>`. */
  element: Type.Optional(Type.Object({ array: Id, index: Type.Integer({ minimum: 0 }) })),
  /** Pending and held back, by the user or an admin. */
  held: Type.Optional(Type.Boolean()),
  /** The scheduler's guess while it waits. */
  expectedStart: Type.Optional(Time),
  priority: Type.Optional(Type.Integer()),
  /** Minutes: the time limit in force, where it was changed after the submission. */
  timeLimit: Type.Optional(Type.Integer({ minimum: 1 })),
  /** The workflow run it belongs to, and its step there. */
  workflow: Type.Optional(Type.Object({ id: Id, step: Type.String() })),
  /** How often it was put back into the queue. */
  restarts: Type.Optional(Type.Integer({ minimum: 0 })),
  templateId: Type.Optional(Type.String()),
  templateName: Type.Optional(Text),
  submittedAt: Time,
  startedAt: Type.Optional(Time),
  endedAt: Type.Optional(Time),
  /** The nodes it runs or ran on. */
  nodes: Type.Optional(Type.String()),
  hasConvergence: Type.Boolean(),
})
export type Job = Static<typeof Job>

/** A file handed to a job: a finished upload, and the slot of the template it fills. */
export const JobFile = Type.Object(
  { slot: Type.Optional(Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$' })), uploadId: Id },
  { additionalProperties: false },
)
export type JobFile = Static<typeof JobFile>

/** A job with exactly what ran: kept at the submission, unchanged ever after. */
export const JobDetail = Type.Object({
  ...Job.properties,
  script: Type.String(),
  parameters: ParameterValues,
  templateVersion: Type.Optional(Type.Integer()),
  command: Type.Optional(Type.String()),
  inputs: Type.Array(
    Type.Object({
      slot: Type.Optional(Type.String()),
      uploadId: Type.Optional(Type.String()),
      /** In the job's folder. */
      name: Type.String(),
      size: Type.Integer(),
      /** Hex: the tree digest of the bytes as they were verified (docs/adr/0005). */
      digest: Type.Optional(Type.String()),
    }),
  ),
  /** The last lines of the log, for a failed job's story. */
  logTail: Type.Array(Type.String()),
})
export type JobDetail = Static<typeof JobDetail>

/** What the user asks for: a template with values, or a command of their own. Exactly one of the two. */
export const Submission = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 128, pattern: '^[^\\u0000-\\u001f]+$' }),
    resources: Resources,
    options: Type.Optional(JobOptions),
    templateId: Type.Optional(Id),
    /** The template is a workflow: what comes to be is a run of it, with a job for each step. */
    workflow: Type.Optional(Type.Literal(true)),
    templateVersion: Type.Optional(Type.Integer({ minimum: 1 })),
    parameters: Type.Optional(ParameterValues),
    command: Type.Optional(Type.String({ minLength: 1, maxLength: 100_000 })),
  },
  { additionalProperties: false },
)
export type Submission = Static<typeof Submission>

/** What may be done with jobs beside reading. `change` also to several at once, and to elements of an array (`123_4`). */
export const JobChange = Type.Union([
  Type.Object({ action: Type.Literal('cancel') }, { additionalProperties: false }),
  Type.Object({ action: Type.Literal('hold') }, { additionalProperties: false }),
  Type.Object({ action: Type.Literal('release') }, { additionalProperties: false }),
  /** Back into the queue, from the start. */
  Type.Object({ action: Type.Literal('requeue') }, { additionalProperties: false }),
  /** Users may usually only shorten. */
  Type.Object(
    { action: Type.Literal('time-limit'), minutes: Type.Integer({ minimum: 1, maximum: 525_600 }) },
    { additionalProperties: false },
  ),
  /** `scontrol update Nice=`: users may usually only lower their priority (a positive value). */
  Type.Object(
    { action: Type.Literal('nice'), value: Type.Integer({ minimum: -2_147_483_645, maximum: 2_147_483_645 }) },
    { additionalProperties: false },
  ),
])
export type JobChange = Static<typeof JobChange>

/** What became of a change for one of the jobs it named. Without `job` it was refused: `code` of the agent's, and its sentence. */
export const ChangeResult = Type.Object({
  id: Id,
  job: Type.Optional(Job),
  error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
})
export type ChangeResult = Static<typeof ChangeResult>

/** Elements of an array in the order of their indices; `total` of those asked for. */
export const ElementPage = Type.Object({ elements: Type.Array(ArrayElement), total: Type.Integer() })
export type ElementPage = Static<typeof ElementPage>

/** A job as it was asked for, to be changed and asked for again. Files that are gone meanwhile are `missing`. */
export const Resubmission = Type.Object({
  submission: Submission,
  files: Type.Array(
    Type.Object({
      slot: Type.Optional(Type.String()),
      uploadId: Id,
      name: Type.String(),
      size: Type.Integer(),
      missing: Type.Boolean(),
    }),
  ),
  /** Its template has another version by now, or is gone. */
  template: Type.Optional(Type.Object({ id: Id, version: Type.Optional(Type.Integer()) })),
})
export type Resubmission = Static<typeof Resubmission>
