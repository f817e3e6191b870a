import { useCallback } from 'react'
import type uPlot from 'uplot'
import type { Options } from 'uplot'
import { plotLook, usePlot } from '../../ui/plot.ts'
import type { Course } from './series.ts'
import styles from './usage.module.css'

const height = 148
/** Memory is said in powers of 1024, so its ticks stand there. */
const powersOfTwo: readonly number[] = Array.from({ length: 45 }, (_, power) => 2 ** power)

/** Seconds since the start as short as they can be read: `40 s`, `5 min`, `2 h`. */
export type SayValue = (value: number) => string

function optionsOf(
  element: HTMLElement,
  { kind, names }: { kind: Course['kind']; names: readonly string[] },
  words: { value: SayValue; time: SayValue },
  onCursor: (index: number | undefined) => void,
): Options {
  const { font, axis, grid, variable } = plotLook(element)
  const common = {
    stroke: axis,
    font,
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1, size: 4 },
  }
  const percent = kind === 'cpu' || kind === 'gpu'
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    padding: [8, 12, 0, 0],
    scales: {
      x: { time: false },
      // From nothing, so that heights can be compared; percent up to the whole, however little is used.
      y: { range: (_plot, _low, high) => [0, Math.max(percent ? 100 : 1, (Number.isFinite(high) ? high : 0) * 1.06)] },
    },
    axes: [
      { ...common, size: 26, space: 70, values: (_plot: uPlot, splits: number[]) => splits.map(words.time) },
      {
        ...common,
        size: 62,
        space: 28,
        ...(kind === 'memory' ? { incrs: [...powersOfTwo] } : {}),
        values: (_plot: uPlot, splits: number[]) => splits.map(words.value),
      },
    ],
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    series: [
      {},
      ...names.map((name, index) => ({
        label: name,
        stroke: name === 'limit' ? variable('--hw-bad') : variable(index === 0 ? '--usage-0' : '--usage-1'),
        dash: name === 'limit' ? [6, 4] : index === 0 ? [] : [2, 3],
        width: name === 'limit' ? 1.25 : 1.75,
        spanGaps: true,
        points: { show: (plot: uPlot) => name !== 'limit' && plot.data[0].length < 30, size: 4 },
      })),
    ],
    hooks: { setCursor: [(plot: uPlot) => onCursor(plot.cursor.idx ?? undefined)] },
  }
}

/** One course. Made anew for other lines or words (and, by its key, for another theme), and only fed when it grows. */
export default function UsageChart(props: {
  course: Course
  value: SayValue
  time: SayValue
  onCursor: (index: number | undefined) => void
}) {
  const { course, value, time, onCursor } = props
  const { kind } = course
  // One text, so that the same lines are the same.
  const names = course.lines.map(({ name }) => name).join(' ')
  const { host } = usePlot(
    useCallback(
      (element) => optionsOf(element, { kind, names: names.split(' ') }, { value, time }, onCursor),
      [kind, names, value, time, onCursor],
    ),
    useCallback((plot: uPlot) => plot.setData([course.seconds, ...course.lines.map(({ values }) => values)]), [course]),
  )
  return <div ref={host} className={styles.canvas} />
}
