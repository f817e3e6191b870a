import { Type, type Static } from 'typebox'
import { JobFile } from '../jobs.ts'
import { JobOptions, Resources } from '../resources.ts'
import { ParameterValues } from '../templates.ts'
import { Id } from '../text.ts'
import { StepKey } from '../workflow-steps.ts'
import { WorkflowRun } from '../workflows.ts'

/** Where all steps of a run are queued, where that is not their templates' to say. */
export const Queue = Type.Object({
  partition: Resources.properties.partition,
  account: JobOptions.properties.account,
  qos: JobOptions.properties.qos,
  reservation: JobOptions.properties.reservation,
})
export type Queue = Static<typeof Queue>

/**
 * `POST /api/workflow/execute`, permission `cae.execute`: one run of a template with `steps`. Answered once every step has
 * its job, each waiting for those before it. The key belongs to the user: the same again, the same run.
 */
export const ExecuteRequest = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, pattern: '^[^\\u0000-\\u001f]+$' }),
    template_id: Id,
    template_version: Type.Optional(Type.Integer({ minimum: 1 })),
    parameters: Type.Optional(ParameterValues),
    files: Type.Optional(Type.Array(JobFile, { maxItems: 1000 })),
    /** For every step. */
    ...Queue.properties,
    idempotency_key: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._-]{1,80}$' })),
  },
  { additionalProperties: false },
)
export type ExecuteRequest = Static<typeof ExecuteRequest>

/** 201; 200 for a known key. Also of `GET /api/v2/workflows/:id` and `POST …/cancel`, `POST …/restart`. */
export const RunAnswer = Type.Object({ run: WorkflowRun })
export type RunAnswer = Static<typeof RunAnswer>

/** `GET /api/v2/workflows?limit=&offset=`: own runs, newest first, `X-Total-Count`. */
export const RunList = Type.Object({ runs: Type.Array(WorkflowRun), total: Type.Integer() })
export type RunList = Static<typeof RunList>

/**
 * `POST /api/v2/workflows/:id/restart`: the steps that did not succeed, or `from` and all that come after it, each as a new
 * job; what succeeded before is used as it is. 409 while a step that would run anew still has its job.
 */
export const RestartRequest = Type.Object({ from: Type.Optional(StepKey) }, { additionalProperties: false })
export type RestartRequest = Static<typeof RestartRequest>
