import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef } from 'react'
import uPlot, { type AlignedData, type Options } from 'uplot'
import { decades, formatTick, type Columns } from './series.ts'
import styles from './convergence.module.css'

const height = 240
/** Line patterns beside the colours, so that series differ without them; the legend's samples have the same. */
const dashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3], [4, 2], [12, 5]]
const seriesCount = 6

/** A scale of powers of ten; uPlot's own constant for it exists at compile time only. */
const logarithmic = (scale: uPlot.Scale): uPlot.Scale => Object.assign(scale, { distr: 3 })

/** Colours and font as the theme has them now. */
function look(element: HTMLElement) {
  const style = getComputedStyle(element)
  const variable = (name: string) => style.getPropertyValue(name).trim()
  return {
    font: `11px ${style.fontFamily}`,
    axis: variable('--hw-dim'),
    grid: variable('--hw-line'),
    series: Array.from({ length: seriesCount }, (_, index) => variable(`--series-${index}`)),
  }
}

function optionsOf(
  element: HTMLElement,
  names: readonly string[],
  logScale: boolean,
  xLabel: string,
  onCursor: (index: number | undefined) => void,
): Options {
  const { font, axis, grid, series } = look(element)
  const common = { stroke: axis, font, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1, size: 4 } }
  const y: uPlot.Scale = {
    range: (_plot, low, high) => {
      // A flat or empty series still needs a scale to be drawn on.
      if (!Number.isFinite(low) || !Number.isFinite(high)) return logScale ? [1e-3, 1] : [0, 1]
      if (!logScale) return uPlot.rangeNum(low, high === low ? low + 1 : high, 0.08, true)
      const floor = Math.floor(Math.log10(low))
      return [10 ** floor, 10 ** Math.max(floor + 1, Math.ceil(Math.log10(high)))]
    },
  }
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    padding: [8, 12, 0, 0],
    scales: {
      x: { time: false },
      y: logScale ? logarithmic(y) : y,
    },
    axes: [
      {
        ...common,
        label: xLabel,
        labelFont: font,
        labelSize: 18,
        size: 30,
        space: 60,
        // Iterations are counted: no ticks between two of them.
        filter: (plot: uPlot, splits: number[]) =>
          plot.data[0].every(Number.isInteger) ? splits.map((at) => (Number.isInteger(at) ? at : null)) : splits,
      },
      {
        ...common,
        size: 58,
        ...(logScale ? { splits: (_plot: uPlot, _axis: number, low: number, high: number) => decades(low, high) } : {}),
        filter: (_plot: uPlot, splits: number[]) => splits,
        values: (_plot: uPlot, splits: number[]) => splits.map(formatTick),
      },
    ],
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    series: [
      {},
      ...names.map((label, index) => ({
        label,
        stroke: series[index % seriesCount] ?? axis,
        dash: [...(dashes[index % dashes.length] ?? [])],
        width: 1.75,
        spanGaps: true,
        points: { show: (plot: uPlot) => plot.data[0].length < 40, size: 4 },
      })),
    ],
    hooks: { setCursor: [(plot: uPlot) => onCursor(plot.cursor.idx ?? undefined)] },
  }
}

const dataOf = ({ x, series }: Columns): AlignedData => [x, ...series.map(({ values }) => values)]

/** The plot itself. It is made anew for other series or scales (and, by its key, for another theme), and only fed when points are added. */
export default function ConvergenceChart(props: {
  columns: Columns
  logScale: boolean
  xLabel: string
  onCursor: (index: number | undefined) => void
}) {
  const { columns, logScale, xLabel, onCursor } = props
  const element = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const latest = useRef(columns)
  const names = columns.series.map(({ name }) => name).join('\n')
  useEffect(() => {
    latest.current = columns
    plot.current?.setData(dataOf(columns))
  }, [columns])
  useEffect(() => {
    const host = element.current
    if (host === null) return undefined
    const made = new uPlot(optionsOf(host, names.split('\n'), logScale, xLabel, onCursor), dataOf(latest.current), host)
    plot.current = made
    const observer = new ResizeObserver(() => made.setSize({ width: host.clientWidth, height }))
    observer.observe(host)
    return () => {
      observer.disconnect()
      plot.current = undefined
      made.destroy()
    }
  }, [names, logScale, xLabel, onCursor])
  return <div ref={element} className={styles.canvas} />
}
