import { Type, type Static } from 'typebox'
import { AppError } from './errors.ts'
import { Time } from './text.ts'

/** Long work as every window sees it: a plain snapshot. `waiting` means for a network, a sign-in, files or another task. */
export const TaskState = Type.Union([
  Type.Literal('waiting'),
  Type.Literal('running'),
  Type.Literal('paused'),
  Type.Literal('done'),
  Type.Literal('failed'),
  Type.Literal('cancelled'),
])
export type TaskState = Static<typeof TaskState>

export const TaskKind = Type.Union([
  Type.Literal('upload'),
  Type.Literal('submit'),
  Type.Literal('download'),
  Type.Literal('put'),
])
export type TaskKind = Static<typeof TaskKind>

/** Why a task waits. */
export const TaskWait = Type.Union([
  Type.Literal('queue'),
  Type.Literal('network'),
  Type.Literal('sign-in'),
  Type.Literal('files'),
  Type.Literal('server-limit'),
  /** The agent keeps it until its scheduler answers. */
  Type.Literal('scheduler'),
])
export type TaskWait = Static<typeof TaskWait>

export const Task = Type.Object({
  id: Type.String(),
  kind: TaskKind,
  site: Type.String(),
  /** What it works on, as the user named it: a file, a job. */
  title: Type.String(),
  state: TaskState,
  wait: Type.Optional(TaskWait),
  /** Bytes, or absent where there is nothing to count. */
  progress: Type.Optional(Type.Object({ done: Type.Number(), total: Type.Number(), bytesPerSecond: Type.Number() })),
  error: Type.Optional(AppError),
  /** What it made: the job of a submission or the run of a workflow, the folder of a download. */
  result: Type.Optional(
    Type.Object({
      jobId: Type.Optional(Type.String()),
      runId: Type.Optional(Type.String()),
      path: Type.Optional(Type.String()),
    }),
  ),
  createdAt: Time,
  updatedAt: Time,
  can: Type.Object({ pause: Type.Boolean(), resume: Type.Boolean(), cancel: Type.Boolean(), retry: Type.Boolean() }),
})
export type Task = Static<typeof Task>
