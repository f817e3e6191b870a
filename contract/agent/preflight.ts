import { Type, type Static } from 'typebox'
import { JobChoices, PlannedFile, Preflight } from '../preflight.ts'
import { SubmitRequest } from './jobs.ts'

/** `POST /api/v2/jobs/preflight`: a submission that is only looked at, with its files that are still to come. */
export const PreflightRequest = Type.Object({
  ...SubmitRequest.properties,
  planned: Type.Optional(Type.Array(PlannedFile, { maxItems: 1000 })),
})
export type PreflightRequest = Static<typeof PreflightRequest>
export const PreflightAnswer = Preflight

/** `GET /api/v2/jobs/choices` */
export const ChoicesAnswer = JobChoices
