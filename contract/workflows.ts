import { Type, type Static } from 'typebox'
import { JobState } from './jobs.ts'
import { Id, Text, Time } from './text.ts'

/** What a step of a run is at: its job's state, or `waiting` before there is a job, `blocked` where one before it failed. */
export const StepState = Type.Union([JobState, Type.Literal('waiting'), Type.Literal('blocked')])
export type StepState = Static<typeof StepState>

export const WorkflowRunStep = Type.Object({
  key: Type.String(),
  name: Text,
  template: Type.String(),
  after: Type.Array(Type.String()),
  state: StepState,
  /** From 1; each restart of the step is a further one. */
  attempt: Type.Integer({ minimum: 1 }),
  jobId: Type.Optional(Id),
  reason: Type.Optional(Type.String()),
  startedAt: Type.Optional(Time),
  endedAt: Type.Optional(Time),
})
export type WorkflowRunStep = Static<typeof WorkflowRunStep>

/** `running` as long as any step may still end well. */
export const WorkflowRunState = Type.Union([
  Type.Literal('running'),
  Type.Literal('completed'),
  Type.Literal('failed'),
  Type.Literal('cancelled'),
])
export type WorkflowRunState = Static<typeof WorkflowRunState>

/** One execution of a workflow. */
export const WorkflowRun = Type.Object({
  id: Id,
  name: Type.String(),
  user: Type.String(),
  templateId: Type.String(),
  templateName: Text,
  templateVersion: Type.Integer(),
  state: WorkflowRunState,
  submittedAt: Time,
  endedAt: Type.Optional(Time),
  steps: Type.Array(WorkflowRunStep),
})
export type WorkflowRun = Static<typeof WorkflowRun>
