import { useComputedColorScheme } from '@mantine/core'
import { lazy, Suspense, useCallback, useMemo, useState } from 'react'
import type { ConvergenceGroup, ConvergenceRow, ConvergenceSeries } from '../../../../contract/convergence.ts'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { convergenceMessages } from './messages.ts'
import type { Drawing } from './save.ts'
import { colourOf, columnsOf, dashOf, firstOdd, formatValue, linesOf, rowAt, valueAt, type Range } from './series.ts'
import styles from './convergence.module.css'

// The plot's library comes with the first plot, not with the list of jobs.
const Chart = lazy(() => import('./chart.tsx'))

/** Where the cursor is in all charts of a job, and what part of the abscissa they show. */
export interface View {
  x: number | undefined
  range: Range | undefined
}

/** One group of series: its chart, and a legend whose entries switch lines on and off and tell the values at the cursor. */
export function GroupChart(props: {
  group: ConvergenceGroup
  series: readonly ConvergenceSeries[]
  rows: readonly ConvergenceRow[]
  axis: string
  cursorKey: string
  view: View
  onView: (change: Partial<View>) => void
  onDrawing: (key: string, drawing: Drawing | undefined) => void
}) {
  const { group, series, rows, axis, cursorKey, view, onView, onDrawing } = props
  const say = useMessages(convergenceMessages)
  const language = useLanguage()
  const scheme = useComputedColorScheme('light')
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const [isLog, setIsLog] = useState(group.scale === 'log')
  const lines = useMemo(() => linesOf(series, group.key), [series, group.key])
  const shown = useMemo(() => lines.filter(({ name }) => !hidden.has(name)), [lines, hidden])
  const columns = useMemo(() => columnsOf(rows, shown, isLog), [rows, shown, isLog])
  const odd = useMemo(() => firstOdd(rows, shown), [rows, shown])
  const onRange = useCallback((range: Range | undefined) => onView({ range }), [onView])
  const onCursor = useCallback((x: number | undefined) => onView({ x }), [onView])
  const onCanvas = useCallback(
    (canvas: HTMLCanvasElement | undefined) =>
      onDrawing(group.key, canvas === undefined ? undefined : { canvas, lines: shown }),
    [onDrawing, group.key, shown],
  )
  const label = textIn(group.label, language)
  const title = group.unit === undefined ? label : `${label} (${group.unit})`
  const at = view.x === undefined ? rows.length - 1 : rowAt(rows, view.x)
  const toggle = (name: string) =>
    setHidden((before) => {
      const now = new Set(before)
      if (!now.delete(name)) now.add(name)
      return now
    })
  return (
    <div className={styles.group}>
      <div className={styles.groupHead}>
        <h3>{title}</h3>
        <label className={styles.logScale}>
          <input
            type="checkbox"
            checked={isLog}
            aria-label={say('logScaleOf', { group: label })}
            onChange={(event) => setIsLog(event.currentTarget.checked)}
          />
          {say('logScale')}
        </label>
      </div>
      <ul className={styles.legend} aria-label={say('lines', { group: label })}>
        {lines.map(({ place, name, index }) => (
          <li key={name}>
            <button type="button" aria-pressed={!hidden.has(name)} onClick={() => toggle(name)}>
              <svg width={22} height={8} aria-hidden>
                <line
                  x1={0}
                  y1={4}
                  x2={22}
                  y2={4}
                  stroke={`var(${colourOf(index)})`}
                  strokeWidth={2}
                  strokeDasharray={dashOf(index).join(' ')}
                />
              </svg>
              <span>{name}</span>
              <span className={styles.value}>{formatValue(valueAt(rows, place, at))}</span>
            </button>
          </li>
        ))}
      </ul>
      <div className={styles.plot}>
        <Suspense fallback={null}>
          <Chart
            key={scheme}
            columns={columns}
            lines={shown}
            isLog={isLog}
            xLabel={axis}
            label={say('keys', { label: title })}
            cursorKey={cursorKey}
            range={view.range}
            odd={odd}
            onRange={onRange}
            onCursor={onCursor}
            onCanvas={onCanvas}
          />
        </Suspense>
      </div>
    </div>
  )
}
