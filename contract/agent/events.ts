import { Type, type Static, type TSchema } from 'typebox'
import { Desktop } from '../desktops.ts'
import { Job } from '../jobs.ts'
import { ClusterSummary } from '../nodes.ts'
import { SchedulerStatus } from '../scheduler.ts'
import { Notification } from '../notifications.ts'
import { WorkflowRun } from '../workflows.ts'
import { ConvergenceChange } from './convergence.ts'
import { AgentUploadState } from './uploads.ts'

/** Frames of `/ws`, server to client: `{type, data, timestamp}`. */
const frame = <T extends string, D extends TSchema>(type: T, data: D) =>
  Type.Object({ type: Type.Literal(type), data, timestamp: Type.String() })

export const AgentEvent = Type.Union([
  frame(
    'upload_progress',
    Type.Object({
      upload_id: Type.String(),
      uploaded_chunks: Type.Integer(),
      total_chunks: Type.Integer(),
      progress: Type.Number(),
      status: AgentUploadState,
    }),
  ),
  frame('job_update', Job),
  /** Topic `desktops`: to its owner, on each change that a card shows. */
  frame('desktop_update', Desktop),
  /** Topic `jobs`. */
  frame('workflow_update', WorkflowRun),
  /** Topic `jobs`. */
  frame('convergence_state', ConvergenceChange),
  frame('periodic_update', ClusterSummary),
  /** When it ceases to answer, answers again, or its partitions change. Topic `nodes`; `GET /api/v2/scheduler` is the same. */
  frame('scheduler', SchedulerStatus),
  frame('notification', Notification),
  /** The catalogue changed: fetch it again. */
  frame('templates_changed', Type.Object({})),
])
export type AgentEvent = Static<typeof AgentEvent>

/** Refusal before the connection closes. */
export const AgentRefusal = Type.Object({
  type: Type.Literal('error'),
  code: Type.Union([Type.Literal('AUTH_REQUIRED'), Type.Literal('AUTH_FAILED')]),
})
export type AgentRefusal = Static<typeof AgentRefusal>

export const Topic = Type.Union([
  Type.Literal('upload'),
  Type.Literal('jobs'),
  Type.Literal('nodes'),
  Type.Literal('notifications'),
  Type.Literal('desktops'),
  Type.Literal('templates'),
])
export type Topic = Static<typeof Topic>

/** Client to server. A client that never subscribed gets all its own events. */
export const AgentSubscribe = Type.Object({
  action: Type.Union([Type.Literal('subscribe'), Type.Literal('unsubscribe')]),
  topic: Topic,
})
export type AgentSubscribe = Static<typeof AgentSubscribe>
