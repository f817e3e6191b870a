import { Type, type Static } from 'typebox'
import { ChangeResult, ElementPage, Job, JobChange, JobDetail, JobFile, JobState, Resubmission } from '../jobs.ts'
import { JobOptions, Resources } from '../resources.ts'
import { ParameterValues } from '../templates.ts'
import { Id, Time } from '../text.ts'

/**
 * `POST /api/jobs/submit` (and `/api/slurm/jobs/submit`). `time` in Slurm's forms (`minutes`, `HH:MM:SS`, `D-HH:MM:SS`),
 * memory in MiB. Exactly one of `command` and `template_id`. The key belongs to the user: the same again, the same job.
 */
export const SubmitRequest = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 128, pattern: '^[^\\u0000-\\u001f]+$' }),
  partition: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_.-]{1,64}$' })),
  nodes: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
  tasks: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  time: Type.Optional(Type.Union([Type.String({ maxLength: 20 }), Type.Integer({ minimum: 1 })])),
  memory_mb: Type.Optional(Type.Integer({ minimum: 1 })),
  cpus_per_task: Resources.properties.cpusPerTask,
  gpus: Resources.properties.gpus,
  gres: Resources.properties.gres,
  exclusive: Resources.properties.exclusive,
  licenses: Resources.properties.licenses,
  constraint: Resources.properties.constraint,
  options: Type.Optional(JobOptions),
  command: Type.Optional(Type.String({ minLength: 1, maxLength: 100_000 })),
  template_id: Type.Optional(Type.String({ maxLength: 128 })),
  template_version: Type.Optional(Type.Integer({ minimum: 1 })),
  parameters: Type.Optional(ParameterValues),
  files: Type.Optional(Type.Array(JobFile, { maxItems: 1000 })),
  idempotency_key: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._-]{1,128}$' })),
})
export type SubmitRequest = Static<typeof SubmitRequest>

/**
 * 201; the same answer again (200) for a known key. 503 SCHEDULER_UNAVAILABLE: it is stored, the agent hands it over as soon as
 * the scheduler can be asked; the same request with the same key waits for that job and makes no other.
 */
export const SubmitAnswer = Type.Object({ job_id: Type.String(), job: Job })
export type SubmitAnswer = Static<typeof SubmitAnswer>

const state = JobState.anyOf.map((one) => one.const).join('|')
/** One state or more, by commas: any of them. */
const States = Type.String({ pattern: `^(${state})(,(${state}))*$`, maxLength: 200 })

/** `GET /api/v2/jobs?…`: what is left out narrows nothing; `all` (admins) is everybody's. */
export const JobQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000, default: 0 })),
  all: Type.Optional(Type.Union(['1', 'true', '0', 'false'].map((word) => Type.Literal(word)))),
  state: Type.Optional(States),
  /** Part of the name, without regard to the case of ASCII letters. */
  name: Type.Optional(Type.String({ maxLength: 128 })),
  template: Type.Optional(Id),
  partition: Type.Optional(Type.String({ maxLength: 64 })),
  /** Submitted at this time or later, and before that one. */
  from: Type.Optional(Time),
  to: Type.Optional(Time),
})
export type JobQuery = Static<typeof JobQuery>

/** The answer to `JobQuery`, newest first, `X-Total-Count`. */
export const JobList = Type.Object({ jobs: Type.Array(Job), total: Type.Integer() })
export type JobList = Static<typeof JobList>

/** `GET /api/v2/jobs/:id` */
export const JobAnswer = Type.Object({ job: JobDetail })
/** `POST /api/v2/jobs/:id/cancel`; `POST /api/v2/jobs/:id/change` with a `JobChange` gives the same. */
export const CancelAnswer = Type.Object({ job: Job })

/** `POST /api/v2/jobs/change`: the same for several; 200 with a result for each, in their order. */
export const ChangeRequest = Type.Object(
  { ids: Type.Array(Id, { minItems: 1, maxItems: 1000 }), change: JobChange },
  { additionalProperties: false },
)
export type ChangeRequest = Static<typeof ChangeRequest>
export const ChangeAnswer = Type.Object({ results: Type.Array(ChangeResult) })
export type ChangeAnswer = Static<typeof ChangeAnswer>

/** `GET /api/v2/jobs/:id/elements?…` of an array: `ElementPage`. Wherever a job's id is taken, `<id>_<index>` is an element. */
export const ElementQuery = Type.Object({
  state: Type.Optional(States),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000, default: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
})
export type ElementQuery = Static<typeof ElementQuery>
export { ElementPage }

/** `GET /api/v2/jobs/:id/submission` */
export { Resubmission }

/** `POST /api/v2/jobs/:id/template`: a private template out of a job, 201 `TemplateAnswer`. CONFLICT where the id is taken. */
export const CloneRequest = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,63}$' }),
    name: Type.String({ minLength: 1, maxLength: 128 }),
  },
  { additionalProperties: false },
)
export type CloneRequest = Static<typeof CloneRequest>
