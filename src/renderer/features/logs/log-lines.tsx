import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import type { LogQuery } from '../../../../contract/logs.ts'
import { useVisibleRows } from '../../ui/table/window.ts'
import { firstFrom, lineAt, type LogLine } from './log-window.ts'
import { breaksOf, layRows } from './rows.ts'
import { Row } from './row.tsx'
import type { Viewer, ViewerState } from './viewer.ts'
import styles from './log.module.css'

/** Height of a row in pixels, as in log.module.css. */
const rowHeight = 18
/** Pixels before the edge of what is loaded where more is asked for. */
const ahead = 1500
/** Left and right of a row, and between number and text; as in log.module.css. */
const padding = 20

/** What is marked in the lines. */
export interface Marks {
  query?: LogQuery
  /** Places of matches, in order. */
  places: readonly number[]
  current?: number
}

export interface LinesProps {
  viewer: Viewer
  state: ViewerState
  label: string
  wrap: boolean
  marks: Marks
  /** Told of the first and the last line in view. */
  onView: (top: number, bottom: number) => void
  onKey: (event: KeyboardEvent<HTMLElement>) => void
}

/** The lines that are in view, of those that are loaded; asks for more near their edges. */
export const Lines = memo(function Lines(props: LinesProps) {
  const { viewer, state, label, wrap, marks, onView, onKey } = props
  const { window: part, following, target, complete, pouring } = state
  const { lines, firstNumber } = part
  const scroller = useRef<HTMLDivElement>(null)
  const digits = firstNumber === undefined ? 0 : Math.max(3, String(firstNumber + lines.length).length)
  const columns = useColumns(scroller, wrap, digits)
  const rows = useMemo(() => layRows(lines, columns), [lines, columns])
  /** The line at the top edge, to stay there whatever is added or taken away above it. */
  const anchor = useRef({ at: 0, offset: 0 })
  const gone = useRef(-1)
  const moved = useCallback(
    (row: number) => {
      const line = (at: number) => rows.lineOf(Math.max(0, Math.min(at, rows.count - 1))).index
      onView(line(row), line(row + Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight)))
    },
    [rows, onView],
  )
  const visible = useVisibleRows(scroller, rows.count, rowHeight, moved)

  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null || lines.length === 0) return
    const scroll = (top: number) => {
      if (Math.abs(element.scrollTop - top) >= 1) element.scrollTop = top
    }
    if (target.number !== gone.current && target.at !== 'end') {
      gone.current = target.number
      scroll(rows.rowOf(lineAt(lines, target.at)) * rowHeight - element.clientHeight / 3)
    } else if (following || target.number !== gone.current) {
      gone.current = target.number
      scroll(element.scrollHeight)
    } else {
      const index = Math.min(lines.length - 1, firstFrom(lines, anchor.current.at))
      scroll(rows.rowOf(index) * rowHeight + anchor.current.offset)
    }
  }, [lines, rows, following, target])

  const onScroll = (element: HTMLElement) => {
    const { scrollTop, scrollHeight, clientHeight } = element
    const { index } = rows.lineOf(Math.min(Math.max(0, rows.count - 1), Math.floor(scrollTop / rowHeight)))
    anchor.current = { at: lines[index]?.at ?? 0, offset: scrollTop - rows.rowOf(index) * rowHeight }
    const below = scrollHeight - scrollTop - clientHeight
    // Scrolling up to read stops following; coming back to the end of the file goes on.
    const isAtEnd = below < 2 * rowHeight && viewer.isAtEnd
    if (!complete && isAtEnd !== following) viewer.setFollowing(isAtEnd)
    if (complete && following && !isAtEnd) viewer.setFollowing(false)
    if (scrollTop < ahead) viewer.more('before')
    if (below < ahead && !following) viewer.more('behind')
  }

  const shown = []
  for (let row = visible.start; row < Math.min(visible.end, rows.count); row += 1) {
    const { index, part: rowPart } = rows.lineOf(row)
    const line = lines[index]
    if (line === undefined) break
    const isCurrent = marks.current !== undefined && holds(lines, index, marks.current, part.end)
    shown.push(
      <Row
        key={`${line.at} ${rowPart}`}
        line={line}
        from={columns === undefined ? 0 : rowStart(line, rowPart, columns)}
        to={columns === undefined ? line.text.length : rowStart(line, rowPart + 1, columns)}
        number={rowPart === 0 && firstNumber !== undefined ? firstNumber + index : undefined}
        digits={digits}
        isFirst={rowPart === 0}
        query={marks.query?.regex === false ? marks.query : undefined}
        isCurrent={isCurrent}
        isMatch={marks.query?.regex === true && hasPlace(marks.places, line.at, lines[index + 1]?.at ?? part.end)}
      />,
    )
  }
  const isLive = following && !complete
  return (
    <div
      ref={scroller}
      className={styles.lines}
      data-complete={complete || undefined}
      role={isLive ? 'log' : 'region'}
      aria-label={label}
      aria-live={isLive ? 'polite' : 'off'}
      aria-busy={isLive && pouring}
      tabIndex={0}
      onScroll={(event) => onScroll(event.currentTarget)}
      onKeyDown={onKey}
    >
      <div
        className={styles.all}
        data-wrap={wrap || undefined}
        style={{ height: rows.count * rowHeight, paddingTop: visible.start * rowHeight }}
      >
        {shown}
      </div>
    </div>
  )
})

/** The character a row of a wrapped line begins with. */
function rowStart(line: LogLine, part: number, columns: number): number {
  if (part === 0) return 0
  return breaksOf(line.text, columns)[part - 1] ?? line.text.length
}

function holds(lines: readonly LogLine[], index: number, place: number, end: number): boolean {
  return place >= (lines[index]?.at ?? Infinity) && place < (lines[index + 1]?.at ?? end)
}

function hasPlace(places: readonly number[], from: number, to: number): boolean {
  let low = 0
  let high = places.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((places[middle] ?? Infinity) < from) low = middle + 1
    else high = middle
  }
  return (places[low] ?? Infinity) < to
}

/** How many characters stand in a row; undefined where lines are not wrapped. */
function useColumns(scroller: React.RefObject<HTMLElement | null>, wrap: boolean, digits: number): number | undefined {
  const [columns, setColumns] = useState(80)
  useEffect(() => {
    const element = scroller.current
    if (element === null || !wrap) return undefined
    const measure = () => {
      const probe = document.createElement('span')
      probe.className = styles.probe ?? ''
      probe.textContent = '0'.repeat(100)
      element.append(probe)
      const width = probe.getBoundingClientRect().width / 100
      probe.remove()
      const gutter = (digits + 2) * width
      if (width > 0) setColumns(Math.max(20, Math.floor((element.clientWidth - padding - gutter) / width)))
    }
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [scroller, wrap, digits])
  return wrap ? columns : undefined
}
