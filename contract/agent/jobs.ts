import { Type, type Static } from 'typebox'
import { ConvergenceMeta, ConvergencePoint, Job, JobDetail, JobFile, ResultFile, ResultValue } from '../jobs.ts'
import { JobOptions, Resources } from '../resources.ts'
import { ParameterValues } from '../templates.ts'

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

/** 201; the same answer again (200) for a known key. */
export const SubmitAnswer = Type.Object({ job_id: Type.String(), job: Job })
export type SubmitAnswer = Static<typeof SubmitAnswer>

/** `GET /api/v2/jobs?limit=&offset=`, newest first, `X-Total-Count`. */
export const JobList = Type.Object({ jobs: Type.Array(Job), total: Type.Integer() })
export type JobList = Static<typeof JobList>

/** `GET /api/v2/jobs/:id` */
export const JobAnswer = Type.Object({ job: JobDetail })
/** `POST /api/v2/jobs/:id/cancel` */
export const CancelAnswer = Type.Object({ job: Job })

/**
 * `GET /api/v2/jobs/:id/log?offset=&follow=1`: `text/plain; charset=utf-8`, bytes from `offset` (negative: from the end);
 * with `follow` the answer stays open and ends when the job has. Headers `X-Log-Start` (byte the answer begins at).
 * `GET /api/v2/jobs/:id/convergence?from=&follow=1`: `application/x-ndjson`; the first line is `ConvergenceHead`,
 * every further one a `ConvergencePoint`, from point number `from` on. 404 where the template names no parser.
 */
export const ConvergenceHead = ConvergenceMeta
export { ConvergencePoint }

/** `GET /api/v2/jobs/:id/files`; `GET …/files/<path>` is the file itself, with ranges. */
export const FileList = Type.Object({ files: Type.Array(ResultFile) })
export type FileList = Static<typeof FileList>

/** `GET /api/v2/jobs/:id/results` */
export const ResultValues = Type.Object({ values: Type.Array(ResultValue) })
export type ResultValues = Static<typeof ResultValues>
