import { Type, type Static } from 'typebox'
import { Time } from './text.ts'

const Amount = Type.Optional(Type.Number({ minimum: 0 }))

/** What a job had used at a moment. Bytes, seconds, percent; what is not known is absent. */
export const UsageSample = Type.Object({
  at: Time,
  elapsedSeconds: Amount,
  /** Cores × wall clock that were reserved, and the processor time that was used, both since the start. */
  coreSeconds: Amount,
  cpuSeconds: Amount,
  memoryBytes: Amount,
  memoryLimitBytes: Amount,
  /** Since the start. */
  readBytes: Amount,
  writtenBytes: Amount,
  gpuPercent: Amount,
  gpuMemoryBytes: Amount,
})
export type UsageSample = Static<typeof UsageSample>

/** What a job uses: its course so far (at most 300 samples, thinned evenly) and, once it has ended, the whole. */
export const JobUsage = Type.Object({
  samples: Type.Array(UsageSample),
  final: Type.Optional(UsageSample),
  /** Nothing more will come. */
  complete: Type.Boolean(),
})
export type JobUsage = Static<typeof JobUsage>
