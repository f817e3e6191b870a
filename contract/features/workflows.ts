import { Type } from 'typebox'
import { change, datedCollection, object, site } from '../feature.ts'
import { Id } from '../text.ts'
import { StepKey } from '../workflow-steps.ts'
import { WorkflowRun } from '../workflows.ts'

/** Runs of templates with steps: several jobs that wait for each other. */
export const workflows = {
  methods: {
    cancel: change(object({ ...site, id: Id }), WorkflowRun),
    /** The steps that did not succeed, or `from` and all after it, as new jobs. */
    restart: change(object({ ...site, id: Id, from: Type.Optional(StepKey) }), WorkflowRun),
  },
  streams: { all: datedCollection(WorkflowRun, object(site)) },
}
