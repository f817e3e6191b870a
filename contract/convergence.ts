import { Type, type Static, type TSchema } from 'typebox'
import { Text } from './text.ts'

const closed = <P extends Record<string, TSchema>>(properties: P) =>
  Type.Object(properties, { additionalProperties: false })

/** Solvers whose output is understood without a pattern. */
export const ConvergenceParserName = Type.Union([
  Type.Literal('openfoam'),
  Type.Literal('calculix-sta'),
  Type.Literal('calculix-cvg'),
  Type.Literal('calculix-stdout'),
  Type.Literal('lsdyna-glstat'),
  Type.Literal('lsdyna-d3hsp'),
  Type.Literal('abaqus-sta'),
  Type.Literal('fluent'),
  Type.Literal('headway-heat'),
])
export type ConvergenceParserName = Static<typeof ConvergenceParserName>

export const convergenceParserNames = ConvergenceParserName.anyOf.map(({ const: name }) => name)

const GroupKey = Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$' })
const Scale = Type.Union([Type.Literal('log'), Type.Literal('linear')])
/** What is expected of a group's values, by which the state is judged (docs/adr/0015). */
const Expectation = Type.Union([
  /** Residuals: they fall, or reach their target. */
  Type.Literal('falls'),
  /** Courant numbers, continuity errors: they may do as they like, but not run away. */
  Type.Literal('bounded'),
  /** Ratios of energies: they stay near one. */
  Type.Literal('near-one'),
  /** Time steps and increments: they may shrink, but not to nothing. */
  Type.Literal('holds'),
  /** Attempts that failed one after the other: seldom, and not many. */
  Type.Literal('rare'),
])

const Target = Type.Number({ exclusiveMinimum: 0 })
const file = { file: Type.Optional(Type.String({ maxLength: 200 })) }

/** How a job's log becomes a convergence plot. `file` is relative to the job's folder; absent: its standard output. */
export const ConvergenceSpec = Type.Union([
  closed({
    parser: ConvergenceParserName,
    ...file,
    /** Residuals at or below it count as converged, where the log itself names no target. */
    target: Type.Optional(Target),
  }),
  closed({
    parser: Type.Literal('regex'),
    ...file,
    /** Applied to each line; the named group `x` is the abscissa, every other named group a series of its name. */
    pattern: Type.String({ minLength: 1, maxLength: 500 }),
    xLabel: Type.Optional(Text),
    logScale: Type.Optional(Type.Boolean()),
    target: Type.Optional(Target),
  }),
  closed({
    parser: Type.Literal('patterns'),
    ...file,
    xLabel: Type.Optional(Text),
    xUnit: Type.Optional(Type.String({ maxLength: 20 })),
    groups: Type.Array(
      closed({
        key: GroupKey,
        label: Text,
        unit: Type.Optional(Type.String({ maxLength: 20 })),
        scale: Type.Optional(Scale),
        /** Absent: its values are shown and not judged. */
        expect: Type.Optional(Expectation),
      }),
      { minItems: 1, maxItems: 8 },
    ),
    /**
     * Each applied to each line. Named groups are series; `x` is the abscissa and begins a point, `series` the name of the
     * series that the group `value` belongs to. Without any `x` the first pattern begins a point, and points are counted.
     */
    patterns: Type.Array(closed({ pattern: Type.String({ minLength: 1, maxLength: 500 }), group: GroupKey }), {
      minItems: 1,
      maxItems: 12,
    }),
    target: Type.Optional(Target),
  }),
])
export type ConvergenceSpec = Static<typeof ConvergenceSpec>

/** Series of one kind, drawn in one chart. */
export const ConvergenceGroup = Type.Object({
  key: GroupKey,
  label: Text,
  unit: Type.Optional(Type.String()),
  scale: Scale,
  expect: Type.Optional(Expectation),
})
export type ConvergenceGroup = Static<typeof ConvergenceGroup>

export const ConvergenceMeta = Type.Object({
  parser: Type.String(),
  xLabel: Text,
  xUnit: Type.Optional(Type.String()),
  groups: Type.Array(ConvergenceGroup),
})
export type ConvergenceMeta = Static<typeof ConvergenceMeta>

/** A line of a chart. Its place in the list is its place in every row; the list only grows at its end. */
export const ConvergenceSeries = Type.Object({ group: GroupKey, name: Type.String() })
export type ConvergenceSeries = Static<typeof ConvergenceSeries>

/** A value as the solver wrote it; null where it wrote none. */
export const ConvergenceValue = Type.Union([
  Type.Number(),
  Type.Null(),
  Type.Literal('NaN'),
  Type.Literal('Infinity'),
  Type.Literal('-Infinity'),
])
export type ConvergenceValue = Static<typeof ConvergenceValue>

/**
 * A point of all series: its number in its run (from 1), the abscissa, then a value for each series; values that are missing
 * at the end are null. Of a long run, points that lie far back come as pairs: the extremes of each series over a stretch.
 */
export const ConvergenceRow = Type.Array(ConvergenceValue, { minItems: 2 })
export type ConvergenceRow = Static<typeof ConvergenceRow>

/** One start of the solver within the file: it begins anew where the file was cut short or the abscissa goes back. */
export const ConvergenceRun = Type.Object({
  /** From 1; only the latest are kept. */
  run: Type.Integer({ minimum: 1 }),
  /** Points the solver wrote. */
  points: Type.Integer({ minimum: 0 }),
  /** Points between two rows that lie far back: 1 where every point is there. */
  stretch: Type.Integer({ minimum: 1 }),
  from: Type.Optional(Type.Number()),
  to: Type.Optional(Type.Number()),
})
export type ConvergenceRun = Static<typeof ConvergenceRun>

/** How the solver gets on, judged by the rule of docs/adr/0015. */
export const ConvergenceVerdict = Type.Object({
  state: Type.Union([
    /** Too little to judge by, or nothing that could be judged. */
    Type.Literal('unknown'),
    Type.Literal('converging'),
    Type.Literal('converged'),
    Type.Literal('stalled'),
    Type.Literal('diverging'),
    Type.Literal('nan'),
  ]),
  /** Why: "Ux residual has not fallen for 120 iterations." */
  text: Text,
  /** The series that it is said of. */
  series: Type.Optional(Type.String()),
  /** Point of the run that it was judged at. */
  at: Type.Integer({ minimum: 0 }),
})
export type ConvergenceVerdict = Static<typeof ConvergenceVerdict>
export type ConvergenceState = ConvergenceVerdict['state']

/** Whether the user is told when a run diverges or its numbers are none any more. */
export const ConvergenceAlarm = Type.Union([Type.Literal('off'), Type.Literal('notify')])
export type ConvergenceAlarm = Static<typeof ConvergenceAlarm>

/** All that is known of a job's convergence beside the rows. */
export const ConvergenceHead = Type.Object({
  meta: ConvergenceMeta,
  series: Type.Array(ConvergenceSeries),
  runs: Type.Array(ConvergenceRun),
  /** The run whose rows follow. */
  run: Type.Integer({ minimum: 1 }),
  verdict: ConvergenceVerdict,
  alarm: ConvergenceAlarm,
  /** File that is read, relative to the job's folder. */
  file: Type.String(),
  /** Bytes of it that have been read. */
  read: Type.Integer({ minimum: 0 }),
  /** The job has ended, and all was read. */
  complete: Type.Boolean(),
  /** Why no more is read, where that is so. */
  problem: Type.Optional(Text),
})
export type ConvergenceHead = Static<typeof ConvergenceHead>

/** What a user chooses for a job: the parser of a log whose template names none, and whether to be told. */
export const ConvergenceChoice = closed({
  parser: Type.Optional(Type.Union([ConvergenceParserName, Type.Literal('auto')])),
  alarm: Type.Optional(ConvergenceAlarm),
})
export type ConvergenceChoice = Static<typeof ConvergenceChoice>
