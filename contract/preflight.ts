import { Type, type Static } from 'typebox'
import { Partition } from './scheduler.ts'
import { Time } from './text.ts'

/** A file of this machine that is to be uploaded before the job goes out; bytes. */
export const PlannedFile = Type.Object(
  {
    slot: Type.Optional(Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$' })),
    name: Type.String({ minLength: 1, maxLength: 1024 }),
    /** Its place inside a dropped folder, which counts as one file. */
    folder: Type.Optional(Type.String({ maxLength: 4096 })),
    size: Type.Integer({ minimum: 0 }),
    /** Bytes that have arrived already. */
    sent: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
)
export type PlannedFile = Static<typeof PlannedFile>

/** What a limit is about. Times in minutes, memory in MiB per node, everything else is counted. */
export const LimitedThing = Type.Union([
  Type.Literal('nodes'),
  Type.Literal('cores'),
  Type.Literal('time'),
  Type.Literal('memory'),
  Type.Literal('gpus'),
])
export type LimitedThing = Static<typeof LimitedThing>

/** Whose limit it is: of a partition, of an account (association) or of a QOS. */
export const LimitSource = Type.Union([Type.Literal('partition'), Type.Literal('account'), Type.Literal('qos')])
export type LimitSource = Static<typeof LimitSource>

/** The numbers of an older run against what is asked now: memory in bytes, time in seconds. */
interface PastUse {
  runs: number
  low: number
  high: number
  asked: number
}

/** The closed set of checks before a submission, with the data each carries. Windows make the sentences. */
export interface CheckData {
  /** Found good: the partition is there, up, and everything asked for fits it and the user's limits. */
  partition: { partition: string }
  'partition-unknown': { partition: string; known: string[] }
  /** `refuses`: new jobs are turned away (DRAIN, INACTIVE); else they wait until it is up again (DOWN). */
  'partition-down': { partition: string; state: string; refuses: boolean }
  /** Only these accounts or QOS may use the partition. */
  'partition-closed': { partition: string; by: 'account' | 'qos'; allowed: string[] }
  /** Only these groups of the cluster's accounts may; whether the user is in one is not known here. */
  'partition-groups': { partition: string; groups: string[] }
  'account-unknown': { account: string; known: string[] }
  'qos-unknown': { qos: string; known: string[] }
  limit: { what: LimitedThing; asked: number; limit: number; source: LimitSource; name: string }
  /** More nodes than tasks: the scheduler leaves the nodes away that no task would use. */
  'nodes-idle': { nodes: number; tasks: number }
  /** How many jobs the user has of how many allowed; elements of an array count each. */
  'submit-limit': { now: number; adds: number; limit: number; source: 'account' | 'qos'; name: string }
  /** So many may run at a time, and as many run or wait already. */
  'run-limit': { now: number; limit: number; source: 'account' | 'qos'; name: string }
  /** All there and verified; bytes. */
  files: { count: number; bytes: number }
  /** Not uploaded yet; the job goes out after them. */
  'files-coming': { count: number; bytes: number }
  'file-unknown': { count: number }
  'file-unfinished': { count: number }
  /** A slot of the template that is not filled as it must be; the reason in English. */
  slot: { slot: string; reason: string }
  'too-many-files': { count: number; limit: number }
  commands: { commands: string[] }
  'commands-missing': { commands: string[] }
  parameter: { parameter: string; reason: string }
  'template-version': { asked: number; now: number }
  /** Bytes. */
  space: { free: number }
  'space-short': { needed: number; free: number }
  licenses: { licenses: { name: string; asked: number; free: number }[] }
  'license-unknown': { name: string; known: string[] }
  /** The site has not so many at all. */
  'license-total': { name: string; asked: number; total: number }
  /** Others have them now; the job waits until they are given back. */
  'license-busy': { name: string; asked: number; free: number; total: number }
  'dependency-unknown': { job: string }
  /** It has ended in a way that this dependency can never be met by. */
  'dependency-never': { job: string; type: string; state: string }
  /** The user's last finished runs of this template, against what is asked for now. */
  'memory-generous': PastUse
  'memory-tight': PastUse
  'time-generous': PastUse
  'time-tight': PastUse
  /** The scheduler's own sentence why it would not take the job. */
  refused: { reason: string }
  /** The scheduler does not answer at present; what is said of it is as old as `since`. */
  'scheduler-silent': { since: string }
}
export type CheckCode = keyof CheckData

export const CheckLevel = Type.Union([Type.Literal('ok'), Type.Literal('warning'), Type.Literal('error')])
export type CheckLevel = Static<typeof CheckLevel>

/** A value that would help, for the button beside a check; in the units of Resources. */
export const Suggestion = Type.Object({
  field: Type.Union([
    Type.Literal('partition'),
    Type.Literal('nodes'),
    Type.Literal('tasks'),
    Type.Literal('timeMinutes'),
    Type.Literal('memoryMb'),
    Type.Literal('gpus'),
    Type.Literal('account'),
    Type.Literal('qos'),
  ]),
  value: Type.Union([Type.String({ maxLength: 64 }), Type.Integer()]),
})
export type Suggestion = Static<typeof Suggestion>

/** One thing that was looked at. `error`: the agent or its scheduler would refuse the submission for certain. */
export type Check = {
  [C in CheckCode]: { code: C; level: CheckLevel; data: CheckData[C]; next: Suggestion[] }
}[CheckCode]
/** The same as a schema; what a code carries is fixed by the types above. */
export const Check = Type.Unsafe<Check>(
  Type.Object({
    code: Type.String(),
    level: CheckLevel,
    data: Type.Record(Type.String(), Type.Unknown()),
    next: Type.Array(Suggestion, { maxItems: 3 }),
  }),
)

/**
 * When it would start. `later`: the scheduler is asked at most every few seconds, ask again after so many. `unknown`: it
 * cannot say, or it would never start as it is.
 */
export const StartEstimate = Type.Union([
  Type.Object({ state: Type.Literal('known'), at: Time, nodes: Type.Optional(Type.String()) }),
  Type.Object({ state: Type.Literal('later'), seconds: Type.Number({ minimum: 0 }) }),
  Type.Object({ state: Type.Literal('unknown') }),
])
export type StartEstimate = Static<typeof StartEstimate>

/** Everything that was found, the gravest first; what the scheduler cannot tell is left out. */
export const Preflight = Type.Object({ checks: Type.Array(Check), start: StartEstimate, at: Time })
export type Preflight = Static<typeof Preflight>

/** What the user may choose from. An empty list: nothing is known, and any name may be right. */
export const JobChoices = Type.Object({
  scheduler: Type.Union([Type.Literal('slurm'), Type.Literal('local')]),
  partitions: Type.Array(Partition),
  accounts: Type.Array(Type.Object({ name: Type.String(), isDefault: Type.Boolean() })),
  qos: Type.Array(Type.Object({ name: Type.String(), isDefault: Type.Boolean() })),
  licenses: Type.Array(Type.Object({ name: Type.String(), total: Type.Integer(), used: Type.Integer() })),
})
export type JobChoices = Static<typeof JobChoices>
