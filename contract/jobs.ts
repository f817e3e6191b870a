import { Type, type Static } from 'typebox'
import { FileClass } from './file-classes.ts'
import { ParameterValues, Resources } from './templates.ts'
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

export const Job = Type.Object({
  id: Id,
  name: Type.String(),
  user: Type.String(),
  state: JobState,
  /** Why it waits or how it ended, in the scheduler's words (`Resources`, `exit code 201`). */
  reason: Type.Optional(Type.String()),
  exitCode: Type.Optional(Type.Integer()),
  resources: Resources,
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
      name: Type.String(),
      size: Type.Integer(),
    }),
  ),
  /** The last lines of the log, for a failed job's story. */
  logTail: Type.Array(Type.String()),
})
export type JobDetail = Static<typeof JobDetail>

/** A file in the job's folder. `path` is relative to it, with `/`. */
export const ResultFile = Type.Object({
  path: Type.String(),
  size: Type.Integer({ minimum: 0 }),
  modifiedAt: Time,
  class: FileClass,
  /** Named by the template as worth opening first. */
  main: Type.Boolean(),
})
export type ResultFile = Static<typeof ResultFile>

/** A figure read from the results (`ResultSpec`). Without `value`, `problem` says why it could not be read. */
export const ResultValue = Type.Object({
  key: Type.String(),
  label: Text,
  unit: Type.Optional(Type.String()),
  value: Type.Optional(Type.Number()),
  problem: Type.Optional(Type.String()),
})
export type ResultValue = Static<typeof ResultValue>

/** A point of the convergence plot: abscissa and values by series name. */
export const ConvergencePoint = Type.Object({ x: Type.Number(), values: Type.Record(Type.String(), Type.Number()) })
export type ConvergencePoint = Static<typeof ConvergencePoint>

export const ConvergenceMeta = Type.Object({
  xLabel: Text,
  yLabel: Text,
  logScale: Type.Boolean(),
})
export type ConvergenceMeta = Static<typeof ConvergenceMeta>

/** What the user asks for: a template with values, or a command of their own. Exactly one of the two. */
export const Submission = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 128, pattern: '^[^\\u0000-\\u001f]+$' }),
    resources: Resources,
    templateId: Type.Optional(Id),
    templateVersion: Type.Optional(Type.Integer({ minimum: 1 })),
    parameters: Type.Optional(ParameterValues),
    command: Type.Optional(Type.String({ minLength: 1, maxLength: 100_000 })),
  },
  { additionalProperties: false },
)
export type Submission = Static<typeof Submission>
