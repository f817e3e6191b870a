import { Type, type Static } from 'typebox'
import { AppError } from './errors.ts'
import { JobChange, JobFile, Submission } from './jobs.ts'
import { Check } from './preflight.ts'
import { Id, Time } from './text.ts'

/** An upload that a submission waits for, by its id here; `slot`: the one of the template that it fills. */
export const BoundUpload = Type.Object({ id: Id, slot: Type.Optional(Type.String()) }, { additionalProperties: false })
export type BoundUpload = Static<typeof BoundUpload>

const path = Type.String({ minLength: 1, maxLength: 4096 })
const action = <K extends string, P extends Parameters<typeof Type.Object>[0]>(kind: K, properties: P) =>
  Type.Object({ kind: Type.Literal(kind), ...properties }, { additionalProperties: false })

/** What is to be done at a site. Each is done once, however often it has to be sent. */
export const OutboxAction = Type.Union([
  /** A job, or a run of a workflow. `stored`: files that are at the agent already, by its own ids. */
  action('submit', {
    submission: Submission,
    uploads: Type.Array(BoundUpload, { maxItems: 1000 }),
    stored: Type.Optional(Type.Array(JobFile, { maxItems: 1000 })),
  }),
  action('change', { ids: Type.Array(Id, { minItems: 1, maxItems: 1000 }), change: JobChange }),
  /** Without `id`: a new one. `name`: what the list calls it. */
  action('save-template', {
    id: Type.Optional(Id),
    name: Type.String({ minLength: 1, maxLength: 200 }),
    yaml: Type.String({ minLength: 1, maxLength: 500_000 }),
    visibility: Type.Union([Type.Literal('shared'), Type.Literal('private')]),
  }),
  action('remove-template', { id: Id }),
  /** In the folder of a job, whose id is `job`. */
  action('make-folder', { job: Id, path }),
  action('rename', { job: Id, from: path, to: path }),
  action('remove-files', { job: Id, paths: Type.Array(path, { minItems: 1, maxItems: 1000 }) }),
])
export type OutboxAction = Static<typeof OutboxAction>
export type OutboxKind = OutboxAction['kind']

/** When it may go out; what is absent does not matter. */
export const OutboxWhen = Type.Object(
  {
    notBefore: Type.Optional(Time),
    /** Only while this machine is in that network: one of `OutboxStatus.networks`, by its `id`. */
    network: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    /** Only while the scheduler expects the job to start within so many minutes. */
    startWithinMinutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 43_200 })),
  },
  { additionalProperties: false },
)
export type OutboxWhen = Static<typeof OutboxWhen>

/**
 * `held`: kept here until the user lets it go. `sending`: it may have reached the site, so it is neither edited nor deleted any
 * more. `needs-you`: `question` says what for. `failed`: refused for good; edited or tried again it goes on.
 */
export const OutboxState = Type.Union([
  Type.Literal('held'),
  Type.Literal('waiting'),
  Type.Literal('sending'),
  Type.Literal('done'),
  Type.Literal('needs-you'),
  Type.Literal('failed'),
])
export type OutboxState = Static<typeof OutboxState>

/** What an entry waits for. */
export const OutboxWait = Type.Union([
  /** Those before it go first. */
  Type.Literal('turn'),
  Type.Literal('network'),
  Type.Literal('sign-in'),
  Type.Literal('files'),
  /** Another entry, on which it depends. */
  Type.Literal('dependency'),
  /** `OutboxWhen.notBefore`. */
  Type.Literal('time'),
  /** `OutboxWhen.network`. */
  Type.Literal('place'),
  /** `OutboxWhen.startWithinMinutes`. */
  Type.Literal('estimate'),
  /** The site asked for a pause (429). */
  Type.Literal('server-limit'),
  /** The user has as many jobs in the queue as an account or QOS allows. */
  Type.Literal('job-limit'),
  /** The agent keeps it until its scheduler answers. */
  Type.Literal('scheduler'),
])
export type OutboxWait = Static<typeof OutboxWait>

/** A part of a template that is another now: values as they are written in its file, absent where there was or is none. */
export const TemplateDifference = Type.Object({
  part: Type.Union([
    Type.Literal('parameter'),
    Type.Literal('files'),
    Type.Literal('resources'),
    Type.Literal('script'),
    Type.Literal('steps'),
    Type.Literal('requires'),
    Type.Literal('other'),
  ]),
  /** Of the parameter, the slot, the resource. */
  key: Type.Optional(Type.String()),
  before: Type.Optional(Type.String()),
  after: Type.Optional(Type.String()),
})
export type TemplateDifference = Static<typeof TemplateDifference>

/** Why an entry needs the user. `outbox.accept` sends it all the same where that makes sense; editing it or deleting it ends the question too. */
export const OutboxQuestion = Type.Union([
  /** Accepted: the new version, with the values that still fit. */
  Type.Object({
    kind: Type.Literal('template-changed'),
    from: Type.Integer(),
    to: Type.Integer(),
    differences: Type.Array(TemplateDifference),
  }),
  Type.Object({ kind: Type.Literal('template-gone'), template: Id }),
  /** What the site would refuse now; the gravest first. Accepted: sent all the same. */
  Type.Object({ kind: Type.Literal('checks'), checks: Type.Array(Check) }),
  /** Uploads that failed, or want their file picked again; over once they go on. */
  Type.Object({
    kind: Type.Literal('files'),
    files: Type.Array(Type.Object({ upload: Id, name: Type.String(), error: Type.Optional(AppError) })),
  }),
  /** The entry it depends on was refused or deleted. Accepted: without that dependency. */
  Type.Object({
    kind: Type.Literal('dependency'),
    entry: Id,
    title: Type.String(),
    why: Type.Union([Type.Literal('failed'), Type.Literal('deleted')]),
  }),
])
export type OutboxQuestion = Static<typeof OutboxQuestion>

/** One line of an entry's story. */
export const OutboxMoment = Type.Object({
  at: Time,
  what: Type.Union([
    Type.Literal('queued'),
    Type.Literal('held'),
    Type.Literal('released'),
    Type.Literal('edited'),
    /** It began to wait for `wait`. */
    Type.Literal('waiting'),
    Type.Literal('network-back'),
    Type.Literal('signed-in'),
    Type.Literal('files-ready'),
    /** `question` was put. */
    Type.Literal('asked'),
    Type.Literal('accepted'),
    Type.Literal('sending'),
    /** No answer came: the site may have it. It is asked again with the same key. */
    Type.Literal('answer-lost'),
    Type.Literal('done'),
    Type.Literal('failed'),
    Type.Literal('retried'),
    /** Out of a damaged file. */
    Type.Literal('recovered'),
  ]),
  wait: Type.Optional(OutboxWait),
  error: Type.Optional(AppError),
})
export type OutboxMoment = Static<typeof OutboxMoment>

/** What an action has made. */
export const OutboxResult = Type.Object({
  jobId: Type.Optional(Id),
  runId: Type.Optional(Id),
  templateId: Type.Optional(Id),
  /** Of a change to several jobs: those that refused it, with the site's sentence. */
  refused: Type.Optional(Type.Array(Type.Object({ id: Id, message: Type.String() }))),
})
export type OutboxResult = Static<typeof OutboxResult>

/** Something that the user wants done, kept on this machine until it is. */
export const OutboxEntry = Type.Object({
  /** Made here; the agent keeps it as the key of what it makes. A dependency of another submission names it as `submission`. */
  id: Id,
  site: Id,
  /** As the site was called, should it be gone. */
  siteName: Type.String(),
  action: OutboxAction,
  /** The job's, template's or file's name. */
  title: Type.String(),
  state: OutboxState,
  wait: Type.Optional(OutboxWait),
  /** When the wait ends, where that is known. */
  until: Type.Optional(Time),
  /** Entries that `dependency` is about. */
  waitsFor: Type.Optional(Type.Array(Id)),
  question: Type.Optional(OutboxQuestion),
  error: Type.Optional(AppError),
  when: OutboxWhen,
  result: Type.Optional(OutboxResult),
  story: Type.Array(OutboxMoment),
  /** Its place in the order of sending; smaller goes first. */
  rank: Type.Number(),
  createdAt: Time,
  updatedAt: Time,
  can: Type.Object({
    edit: Type.Boolean(),
    hold: Type.Boolean(),
    release: Type.Boolean(),
    /** Before it was sent: it never is. Afterwards: off the list. */
    remove: Type.Boolean(),
    retry: Type.Boolean(),
    accept: Type.Boolean(),
    move: Type.Boolean(),
  }),
})
export type OutboxEntry = Static<typeof OutboxEntry>

/** A network that this machine is in. */
export const Network = Type.Object({
  /** The subnet, e.g. `192.168.10.0/24`. */
  id: Type.String(),
  /** The interface, as the system calls it. */
  interface: Type.String(),
})
export type Network = Static<typeof Network>

/** What is true of the whole outbox. */
export const OutboxStatus = Type.Object({
  networks: Type.Array(Network),
  /** Its file was damaged: set aside as `file`, with so many entries recovered out of it; until the user has seen it. */
  damaged: Type.Optional(Type.Object({ at: Time, file: Type.String(), recovered: Type.Integer() })),
  /** What became of everything that had waited, summed up when nothing more goes by itself; the newest such time. */
  sent: Type.Optional(
    Type.Object({ at: Time, done: Type.Integer(), needsYou: Type.Integer(), failed: Type.Integer() }),
  ),
})
export type OutboxStatus = Static<typeof OutboxStatus>
