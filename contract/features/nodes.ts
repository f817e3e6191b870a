import { Type } from 'typebox'
import { age, dated, object, site, stream } from '../feature.ts'
import { ClusterSummary, NodesStatus } from '../nodes.ts'
import { SchedulerStatus } from '../scheduler.ts'

const NodesShown = object({ status: NodesStatus, summary: Type.Optional(ClusterSummary), at: Type.String(), ...age })

/** The cluster's nodes, and the scheduler that gives them away. */
export const nodes = {
  methods: {},
  streams: {
    status: stream(object(site), NodesShown, NodesShown),
    /** What runs the jobs, its partitions, and since when what it tells is old. */
    scheduler: stream(object(site), dated(SchedulerStatus), dated(SchedulerStatus)),
  },
}
