import { useCallback } from 'react'
import type uPlot from 'uplot'
import type { Options } from 'uplot'
import { plotLook, usePlot } from '../../ui/plot.ts'
import { dataOf, secondsKept } from './traffic-data.ts'
import styles from './traffic.module.css'

const height = 92
type SayValue = (value: number) => string

function optionsOf(element: HTMLElement, words: { speed: SayValue; time: SayValue }): Options {
  const { font, axis, grid, variable } = plotLook(element)
  const common = { stroke: axis, font, grid: { stroke: grid, width: 1 }, ticks: { show: false } }
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    padding: [6, 18, 0, 0],
    scales: {
      x: { time: false, range: [1 - secondsKept, 0] },
      y: { range: (_plot, _low, high) => [0, Math.max(1000, (Number.isFinite(high) ? high : 0) * 1.1)] },
    },
    axes: [
      { ...common, size: 20, splits: [-240, -180, -120, -60, 0], values: (_plot, splits) => splits.map(words.time) },
      { ...common, size: 66, space: 26, values: (_plot, splits) => splits.map(words.speed) },
    ],
    cursor: { show: false },
    series: [
      {},
      {
        stroke: variable('--hw-accent'),
        fill: variable('--hw-accent-soft'),
        width: 1.5,
        points: { show: false },
      },
      { stroke: variable('--hw-wait'), dash: [6, 4], width: 1.25, points: { show: false } },
    ],
  }
}

/** How much crossed in each of the last seconds, and the limit. Made anew for another language (and, by its key, theme). */
export default function TrafficChart(props: {
  samples: readonly number[]
  limit: number
  /** For those who do not see it. */
  label: string
  speed: SayValue
  time: SayValue
}) {
  const { samples, limit, label, speed, time } = props
  const { host } = usePlot(
    useCallback((element) => optionsOf(element, { speed, time }), [speed, time]),
    useCallback((plot: uPlot) => plot.setData(dataOf(samples, limit)), [samples, limit]),
  )
  return <div ref={host} className={styles.canvas} role="img" aria-label={label} />
}
