import { object, site, stream } from '../feature.ts'
import { Id } from '../text.ts'
import { JobUsage } from '../usage.ts'

/** What a job uses; `id` is the job's, or an element's. Whole each time: it is small. */
export const usage = {
  methods: {},
  streams: { of: stream(object({ ...site, id: Id }), JobUsage, JobUsage) },
}
