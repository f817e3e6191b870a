import { Type } from 'typebox'
import { change, dated, datedCollection, object, query, site, stream } from '../feature.ts'
import { ChangeResult, ElementPage, Job, JobChange, JobDetail, JobState, Resubmission } from '../jobs.ts'
import { Template } from '../templates.ts'
import { Id } from '../text.ts'

/** Jobs of the scheduler and of those who used it before; `outbox` makes them and changes them once. */
export const jobs = {
  methods: {
    cancel: change(object({ ...site, id: Id }), Job),
    /** The same for each; ids may be elements of arrays. Answers with what became of each, also where some were refused. */
    change: change(
      object({ ...site, ids: Type.Array(Id, { minItems: 1, maxItems: 1000 }), change: JobChange }),
      object({ results: Type.Array(ChangeResult) }),
    ),
    detail: query(object({ ...site, id: Id }), dated(JobDetail)),
    /** What it was asked for with, for a form that asks again. */
    submission: query(object({ ...site, id: Id }), dated(Resubmission)),
    /** A private template out of a job: its script, resources, and parameters with their values as defaults. */
    cloneTemplate: change(
      object({
        ...site,
        id: Id,
        templateId: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,63}$' }),
        name: Type.String({ minLength: 1, maxLength: 128 }),
      }),
      Template,
    ),
  },
  streams: {
    /** The user's own; `everybody`: all users', which only admins get, a few seconds old. */
    all: datedCollection(Job, object({ ...site, everybody: Type.Optional(Type.Boolean()) })),
    /** A part of an array's elements, kept up to date (at most once a second). */
    elements: stream(
      object({
        ...site,
        id: Id,
        states: Type.Optional(Type.Array(JobState, { maxItems: 10 })),
        offset: Type.Integer({ minimum: 0 }),
        limit: Type.Integer({ minimum: 1, maximum: 1000 }),
      }),
      ElementPage,
      ElementPage,
    ),
  },
}
