import { Type } from 'typebox'
import { dated, object, query, site } from '../feature.ts'
import { JobFile, Submission } from '../jobs.ts'
import { JobChoices, PlannedFile, Preflight } from '../preflight.ts'

/** A submission looked at before it is made. */
export const preflight = {
  methods: {
    check: query(
      object({
        ...site,
        submission: Submission,
        /** At the agent already. */
        stored: Type.Array(JobFile, { maxItems: 1000 }),
        /** Still to come. */
        planned: Type.Array(PlannedFile, { maxItems: 1000 }),
      }),
      Preflight,
    ),
    /** Partitions, accounts, QOS and licences that the user may name. */
    choices: query(object(site), dated(JobChoices)),
  },
  streams: {},
}
