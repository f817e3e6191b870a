import { useCallback, useEffect, useRef, type KeyboardEvent } from 'react'
import uPlot, { type AlignedData, type Options } from 'uplot'
import { plotLook, usePlot } from '../../ui/plot.ts'
import { colourOf, dashOf, decades, formatTick, moved, zoomed, type Columns, type Line, type Range } from './series.ts'
import styles from './convergence.module.css'

const height = 240
/** One step of the wheel or a key. */
const zoomStep = 1.4

export interface ChartProps {
  columns: Columns
  lines: readonly Line[]
  isLog: boolean
  xLabel: string
  /** For those who do not see it. */
  label: string
  /** Charts of one job share the cursor. */
  cursorKey: string
  range: Range | undefined
  /** Where a value first was no number. */
  odd: number | undefined
  onRange: (range: Range | undefined) => void
  onCursor: (x: number | undefined) => void
  /** The drawing, for saving it as an image; undefined when it is gone. */
  onCanvas: (canvas: HTMLCanvasElement | undefined) => void
}

function yScale(isLog: boolean): uPlot.Scale {
  return {
    range: (_plot, low, high) => {
      // A flat or empty series still needs a scale to be drawn on.
      if (!Number.isFinite(low) || !Number.isFinite(high)) return isLog ? [-3, 0] : [0, 1]
      if (!isLog) return uPlot.rangeNum(low, high === low ? low + 1 : high, 0.08, true)
      const floor = Math.floor(low)
      return [floor, Math.max(floor + 1, Math.ceil(high))]
    },
  }
}

/** What it is made anew for. */
type Shape = Pick<ChartProps, 'isLog' | 'xLabel' | 'cursorKey'> & { lines: readonly Pick<Line, 'index' | 'name'>[] }

interface Handlers extends Pick<ChartProps, 'onRange' | 'onCursor' | 'onCanvas'> {
  onWheel: (plot: uPlot, event: WheelEvent) => void
}

function optionsOf(element: HTMLElement, shape: Shape, odd: { at: number | undefined }, on: Handlers): Options {
  const { lines, isLog, xLabel, cursorKey } = shape
  const { font, axis, grid, variable } = plotLook(element)
  const bad = variable('--hw-bad')
  const common = { stroke: axis, font, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1, size: 4 } }
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    padding: [8, 12, 0, 0],
    scales: { x: { time: false }, y: yScale(isLog) },
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
        ...(isLog ? { splits: (_plot: uPlot, _axis: number, low: number, high: number) => decades(low, high) } : {}),
        filter: (_plot: uPlot, splits: number[]) => splits,
        values: (_plot: uPlot, splits: number[]) => splits.map((at) => formatTick(isLog ? 10 ** at : at)),
      },
    ],
    cursor: {
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
      sync: { key: cursorKey },
      bind: {
        dblclick: () => () => {
          on.onRange(undefined)
          return null
        },
      },
    },
    series: [
      {},
      ...lines.map(({ name, index }) => ({
        label: name,
        stroke: variable(colourOf(index)) || axis,
        dash: [...dashOf(index)],
        width: 1.75,
        spanGaps: true,
        points: { show: (plot: uPlot) => plot.data[0].length < 40, size: 4 },
      })),
    ],
    hooks: {
      init: [
        (plot: uPlot) => {
          plot.over.addEventListener('wheel', (event) => on.onWheel(plot, event), { passive: false })
          on.onCanvas(plot.ctx.canvas)
        },
      ],
      destroy: [() => on.onCanvas(undefined)],
      setCursor: [
        (plot: uPlot) => on.onCursor(typeof plot.cursor.idx === 'number' ? plot.data[0][plot.cursor.idx] : undefined),
      ],
      setSelect: [
        (plot: uPlot) => {
          const { left, width } = plot.select
          if (width > 4) on.onRange([plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')])
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        },
      ],
      draw: [(plot: uPlot) => markOdd(plot, odd.at, bad)],
    },
  }
}

/** A broken upright line where a value first was no number. */
function markOdd(plot: uPlot, x: number | undefined, colour: string): void {
  const { min, max } = plot.scales['x'] ?? {}
  if (x === undefined || typeof min !== 'number' || typeof max !== 'number' || x < min || x > max) return
  const at = plot.valToPos(x, 'x', true)
  const { ctx, bbox } = plot
  ctx.save()
  ctx.strokeStyle = colour
  ctx.lineWidth = 1.5 * devicePixelRatio
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio])
  ctx.beginPath()
  ctx.moveTo(at, bbox.top)
  ctx.lineTo(at, bbox.top + bbox.height)
  ctx.stroke()
  ctx.restore()
}

/** Shows the data, and of it the range; the other scale follows what is seen. */
function feed(plot: uPlot, columns: Columns, range: Range | undefined): void {
  const data: AlignedData = [columns.x, ...columns.values]
  plot.setData(data, range === undefined)
  if (range === undefined) return
  plot.setScale('x', { min: range[0], max: range[1] })
}

const fullOf = ({ x }: Columns): Range => [x[0] ?? 0, x.at(-1) ?? 1]

/** The plot itself, made anew for other lines or scales (and, by its key, for another theme). */
export default function ConvergenceChart(props: ChartProps) {
  const { columns, lines, isLog, xLabel, label, cursorKey, range, odd } = props
  const latest = useRef(props)
  const oddAt = useRef({ at: odd })
  const shape: Shape = { lines: lines.map(({ index, name }) => ({ index, name })), isLog, xLabel, cursorKey }
  // One text, so that the same shape is the same.
  const identity = JSON.stringify(shape)
  useEffect(() => {
    latest.current = props
  })
  const { host, plot } = usePlot(
    useCallback(
      (element) => {
        const on: Handlers = {
          onRange: (to) => latest.current.onRange(to),
          onCursor: (x) => latest.current.onCursor(x),
          onCanvas: (canvas) => latest.current.onCanvas(canvas),
          onWheel: (made, event) => {
            // Without a key the page is scrolled.
            if (!event.ctrlKey && !event.metaKey) return
            event.preventDefault()
            const { range: now, columns: data } = latest.current
            const at = made.posToVal(event.clientX - made.over.getBoundingClientRect().left, 'x')
            on.onRange(zoomed(now, fullOf(data), event.deltaY < 0 ? zoomStep : 1 / zoomStep, at))
          },
        }
        return optionsOf(element, JSON.parse(identity) as Shape, oddAt.current, on)
      },
      [identity],
    ),
    useCallback(
      (made: uPlot) => {
        oddAt.current.at = odd
        feed(made, columns, range)
      },
      [columns, range, odd],
    ),
  )

  function move(by: number): void {
    const made = plot.current
    if (made === undefined) return
    const { x } = columns
    const at = Math.min(Math.max((made.cursor.idx ?? x.length) + by, 0), x.length - 1)
    const left = made.valToPos(x[at] ?? 0, 'x')
    made.setCursor({ left, top: made.over.clientHeight / 2 })
  }
  function press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const full = fullOf(columns)
    const actions: Record<string, () => void> = {
      ArrowLeft: () => move(event.shiftKey ? -10 : -1),
      ArrowRight: () => move(event.shiftKey ? 10 : 1),
      PageUp: () => props.onRange(moved(range, full, -0.5)),
      PageDown: () => props.onRange(moved(range, full, 0.5)),
      '+': () => props.onRange(zoomed(range, full, zoomStep)),
      '=': () => props.onRange(zoomed(range, full, zoomStep)),
      '-': () => props.onRange(zoomed(range, full, 1 / zoomStep)),
      '0': () => props.onRange(undefined),
    }
    const action = actions[event.key]
    if (action === undefined) return
    event.preventDefault()
    action()
  }
  // A widget of its own keys: focus is what makes it usable without a mouse.
  return (
    <div className={styles.canvas} role="application" aria-label={label} tabIndex={0} onKeyDown={press}>
      <div ref={host} className={styles.host} />
    </div>
  )
}
