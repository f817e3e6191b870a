import { Type, type Static } from 'typebox'
import { FileClass } from './file-classes.ts'
import { Text, Time } from './text.ts'

/** A file in the job's folder. `path` is relative to it, with `/`. */
export const ResultFile = Type.Object({
  path: Type.String(),
  size: Type.Integer({ minimum: 0 }),
  modifiedAt: Time,
  class: FileClass,
  /** Named by the template as worth opening first. */
  main: Type.Boolean(),
})
export type ResultFile = Static<typeof ResultFile>

/** A figure read from the results (`ResultSpec`). Without `value`, `problem` says why it could not be read. */
export const ResultValue = Type.Object({
  key: Type.String(),
  label: Text,
  unit: Type.Optional(Type.String()),
  value: Type.Optional(Type.Number()),
  problem: Type.Optional(Type.String()),
})
export type ResultValue = Static<typeof ResultValue>
