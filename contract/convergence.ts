import { Type, type Static } from 'typebox'
import { Text } from './text.ts'

/** How the job's log becomes a convergence plot. `file` is relative to the job's folder; absent: its standard output. */
export const ConvergenceSpec = Type.Union([
  Type.Object(
    {
      parser: Type.Union([
        Type.Literal('calculix-sta'),
        Type.Literal('calculix-cvg'),
        Type.Literal('calculix-stdout'),
        Type.Literal('headway-heat'),
      ]),
      file: Type.Optional(Type.String({ maxLength: 200 })),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      parser: Type.Literal('regex'),
      file: Type.Optional(Type.String({ maxLength: 200 })),
      /** Applied to each line; the named group `x` is the abscissa, every other named group a series of its name. */
      pattern: Type.String({ minLength: 1, maxLength: 500 }),
      xLabel: Type.Optional(Text),
      logScale: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
])
export type ConvergenceSpec = Static<typeof ConvergenceSpec>

/** A point of the convergence plot: abscissa and values by series name. */
export const ConvergencePoint = Type.Object({ x: Type.Number(), values: Type.Record(Type.String(), Type.Number()) })
export type ConvergencePoint = Static<typeof ConvergencePoint>

export const ConvergenceMeta = Type.Object({
  xLabel: Text,
  yLabel: Text,
  logScale: Type.Boolean(),
})
export type ConvergenceMeta = Static<typeof ConvergenceMeta>
