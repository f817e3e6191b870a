import type { ConvergenceGroup, ConvergenceSeries, ConvergenceVerdict } from '../../../contract/convergence.ts'
import type { Text } from '../../../contract/text.ts'
import type { ConvergenceParser } from './point.ts'
import type { Run, SeriesStory } from './run.ts'
import { says } from './sentence.ts'
import { medianOf, trendOf } from './trend.ts'

/** Points without which nothing is said; a blow-up is seen earlier. */
const ENOUGH = 20
const ENOUGH_TO_BLOW_UP = 6
/** Trailing points that say whether a residual still falls, and whether it rises. */
const FALL_WINDOW = 100
const RISE_WINDOW = 30
/** Decades over the window. Less of a fall is none; more of a rise is one. */
const FLAT = 0.05
const RISE = 0.5
/** Kendall's tau from which a rise is more than noise. */
const AGREEMENT = 0.5
/** A rise counts only where the residual is so many times its best. */
const ABOVE_BEST = 10
/**
 * Points without progress (a tenth better than the best) after which residuals that do not fall stand still: this many, or
 * a twentieth of a long run. One alone, while others still fall, is given twice as long.
 */
const PATIENCE = 100
const PATIENCE_PART = 1 / 20
const patience = (points: number): number => Math.max(PATIENCE, points * PATIENCE_PART)
/** A residual so far below its greatest, or so small, is done with. */
const DOWN = 1e-6
const NOTHING = 1e-12
/** What is to stay bounded has run away at so many times its usual size, or at a size that nothing has. */
const RUNAWAY = 1000
const ABSURD = 1e10
/** Energy ratios further from one than this are no balance any more. */
const IMBALANCE = 0.5
/** A step shrunk to this part of its greatest gets nowhere. */
const SHRUNK = 0.01
/** Attempts that failed in a row: a solver is about to give up. */
const FAILED = 3
/** Of so many latest points, most without a failure: else it hardly gets on. */
const SELDOM_WINDOW = 50

/** `still`: points for which a residual has made no progress, where it stands; `down`: it needs none. */
type Finding = Pick<ConvergenceVerdict, 'state' | 'text' | 'series'> & { still?: number; down?: boolean }

interface Judged {
  key: string
  name: string
  label: Text
  expect: ConvergenceGroup['expect']
  story: SeriesStory
  latest: (count: number) => number[]
  target: number | undefined
}

const logarithms = (values: readonly number[]) => values.map((value) => Math.log10(Math.max(Math.abs(value), 1e-300)))

/** A residual: rising, standing still, or on its way. Undefined where it says nothing yet. */
function falling(series: Judged, points: number, counted: ConvergenceParser['counted']): Finding | undefined {
  const { name, story, target } = series
  if (points < ENOUGH_TO_BLOW_UP * 2) return undefined
  const rise = trendOf(logarithms(series.latest(RISE_WINDOW)))
  const recent = series.latest(RISE_WINDOW)
  const decades = rise.slope * (recent.length - 1)
  const level = medianOf(series.latest(5))
  if (decades >= RISE && rise.tau >= AGREEMENT && level >= ABOVE_BEST * story.best) {
    return { state: 'diverging', series: name, text: says.rises(name, recent.length, 10 ** decades, counted) }
  }
  if (points < ENOUGH) return undefined
  const isDown =
    story.last <= (target ?? -Infinity) || story.last <= DOWN * story.largest || Math.abs(story.last) <= NOTHING
  const still = points - story.bestAt
  if (!isDown && still >= patience(points)) {
    const window = series.latest(FALL_WINDOW)
    if (trendOf(logarithms(window)).slope * (window.length - 1) > -FLAT) {
      return { state: 'stalled', series: name, text: says.stands(name, still, counted), still }
    }
  }
  return { state: 'converging', series: name, text: says.falls(), down: isDown }
}

/** What must only not run away: the latest against the usual. */
function bounded({ name, label, latest, story }: Judged, points: number): Finding | undefined {
  if (Math.abs(story.last) >= ABSURD) {
    return { state: 'diverging', series: name, text: says.runsAway(label, name, story.last) }
  }
  if (points < ENOUGH_TO_BLOW_UP) return undefined
  const window = latest(RISE_WINDOW).map(Math.abs)
  const before = window.slice(0, -3)
  const after = window.slice(-3)
  const usual = medianOf(before)
  if (usual > 0 && Math.min(...after) >= Math.max(...before) && (after.at(-1) ?? 0) >= RUNAWAY * usual) {
    return { state: 'diverging', series: name, text: says.runsAway(label, name, after.at(-1) ?? 0) }
  }
  return { state: 'converging', series: name, text: says.marches() }
}

function nearOne({ name, latest, story }: Judged): Finding {
  const recent = latest(3)
  if (recent.length === 3 && recent.every((value) => Math.abs(value - 1) >= IMBALANCE)) {
    return { state: 'diverging', series: name, text: says.outOfBalance(name, story.last) }
  }
  return { state: 'converging', series: name, text: says.marches() }
}

function holding({ name, latest, story }: Judged, points: number): Finding | undefined {
  if (points < 3) return undefined
  const level = medianOf(latest(3))
  if (level <= SHRUNK * story.largest) {
    return { state: 'stalled', series: name, text: says.shrinks(name, level / story.largest) }
  }
  return { state: 'converging', series: name, text: says.marches() }
}

function seldom({ name, story, latest }: Judged): Finding {
  if (story.last >= FAILED) return { state: 'diverging', series: name, text: says.fails(story.last) }
  const window = latest(SELDOM_WINDOW)
  const failed = window.filter((value) => value >= 1).length
  if (window.length >= ENOUGH && failed > window.length / 2) {
    return { state: 'stalled', series: name, text: says.failsOften() }
  }
  return { state: 'converging', series: name, text: says.marches() }
}

function finding(series: Judged, run: Run, counted: ConvergenceParser['counted']): Finding | undefined {
  const { points } = run.record
  switch (series.expect) {
    case 'falls':
      return falling(series, points, counted)
    case 'bounded':
      return bounded(series, points)
    case 'near-one':
      return nearOne(series)
    case 'holds':
      return holding(series, points)
    case 'rare':
      return seldom(series)
    default:
      return undefined
  }
}

/** A residual that stands while others still fall is given more time. */
function patient(findings: readonly Finding[], points: number): Finding[] {
  const othersFall = findings.some(({ state, down }) => state === 'converging' && down === false)
  return findings.map((each) =>
    each.still !== undefined && othersFall && each.still < 2 * patience(points)
      ? { state: 'converging', text: says.falls() }
      : each,
  )
}

/** The worst first. */
const order = ['diverging', 'stalled', 'converging'] as const

/**
 * How a run gets on (docs/adr/0015 has the rule and why). A function of the points alone: the same log gives the same state,
 * whenever it is read.
 *
 * - `nan`: the latest value of any series is no finite number.
 * - `converged`: the solver says so, or every residual has reached its target.
 * - Else the worst that is found of any series: `diverging`, `stalled`, `converging`; `unknown` where nothing is found.
 */
export function judge(
  run: Run,
  parser: ConvergenceParser,
  series: readonly ConvergenceSeries[],
  target: number | undefined,
): ConvergenceVerdict {
  const at = run.record.points
  const { groups } = parser.meta
  const known = series.flatMap(({ group, name }, index): Judged[] => {
    const story = run.record.stories[index]
    if (story === undefined || story === null) return []
    const key = `${group}/${name}`
    const { expect, label = { en: group } } = groups.find((each) => each.key === group) ?? {}
    const latest = (count: number) => run.latest(index, count)
    return [{ key, name, label, expect, story, latest, target: parser.target(key) ?? target }]
  })
  const odd = known.find(({ story }) => !Number.isFinite(story.last))
  if (odd !== undefined) {
    return { state: 'nan', series: odd.name, text: says.isNoNumber(odd.name, odd.story.last), at }
  }
  if (parser.converged) return { state: 'converged', text: says.solverConverged(), at }
  const residuals = known.filter(({ expect }) => expect === 'falls')
  const reached = residuals.every(({ story, target: goal }) => goal !== undefined && story.last <= goal)
  if (residuals.length > 0 && reached) return { state: 'converged', text: says.reached(), at }
  const findings = patient(
    known.flatMap((each) => finding(each, run, parser.counted) ?? []),
    at,
  )
  const worst = order.flatMap((state) => findings.find((each) => each.state === state) ?? [])[0]
  if (worst === undefined) return { state: 'unknown', text: says.tooEarly(), at }
  // Of many series that do well none is worth naming.
  if (worst.state === 'converging') return { state: worst.state, text: worst.text, at }
  const { state, text, series: name } = worst
  return { state, text, ...(name === undefined ? {} : { series: name }), at }
}
