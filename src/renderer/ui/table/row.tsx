import { ChevronRight } from 'lucide-react'
import { memo, useEffect, useRef, type CSSProperties, type MouseEvent, type ReactNode } from 'react'
import type { Column } from './columns.ts'
import styles from './table.module.css'

interface RowProps<T> {
  row: T
  domId: string
  index: number
  top: number
  columns: readonly Column<T>[]
  template: string
  active: boolean
  opened: boolean
  checked: boolean | undefined
  checkLabel: string
  depth: number
  /** Whether it shows the rows under it; absent where there are none. */
  unfolded: boolean | undefined
  foldLabel: string
  onPress: (index: number, event: MouseEvent) => void
  onCheck: (index: number, range: boolean) => void
  onFold: (index: number) => void
}

/** What of a row is news: columns that change by themselves are left out. */
const newsOf = <T,>(row: T, columns: readonly Column<T>[]): string =>
  columns.flatMap((column) => (column.quiet ? [] : [column.value(row)])).join('\n')

/** Tints a row for a second when what it shows changed under the reader's eyes. */
function useTint<T>(row: T, columns: readonly Column<T>[]) {
  const element = useRef<HTMLDivElement>(null)
  const before = useRef({ row, columns })
  useEffect(() => {
    const last = before.current
    if (last.row === row) return
    before.current = { row, columns }
    if (newsOf(last.row, columns) === newsOf(row, columns)) return
    if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) return
    element.current?.animate([{ backgroundColor: 'var(--hw-accent-soft)' }, {}], { duration: 1000, easing: 'ease-out' })
  }, [row, columns])
  return element
}

/** Whether a click was meant for a button or link within the row. */
const isOnControl = ({ target }: MouseEvent): boolean =>
  target instanceof Element && target.closest('button, a, input, select') !== null

const rowStyle = (template: string, top: number, depth: number): CSSProperties & Record<'--depth', number> => ({
  gridTemplateColumns: template,
  transform: `translateY(${top}px)`,
  '--depth': depth,
})

function RowView<T>(props: RowProps<T>) {
  const { row, index, columns, checked, depth, unfolded } = props
  const element = useTint(row, columns)
  const fold =
    unfolded === undefined ? null : (
      <button
        type="button"
        tabIndex={-1}
        className={styles.fold}
        aria-label={props.foldLabel}
        aria-expanded={unfolded}
        onClick={(event) => {
          event.stopPropagation()
          props.onFold(index)
        }}
      >
        <ChevronRight size={14} aria-hidden />
      </button>
    )
  return (
    <div
      ref={element}
      id={props.domId}
      role="row"
      aria-rowindex={index + 2}
      aria-level={depth === 0 ? undefined : depth + 1}
      aria-expanded={unfolded}
      aria-selected={checked ?? props.opened}
      className={styles.row}
      data-active={props.active || undefined}
      data-opened={props.opened || undefined}
      data-depth={depth || undefined}
      style={rowStyle(props.template, props.top, depth)}
      onClick={(event) => {
        if (!isOnControl(event)) props.onPress(index, event)
      }}
    >
      {checked === undefined ? null : (
        <div
          role="gridcell"
          className={styles.check}
          onClick={(event) => {
            event.stopPropagation()
            props.onCheck(index, event.shiftKey)
          }}
        >
          <input type="checkbox" tabIndex={-1} checked={checked} aria-label={props.checkLabel} readOnly />
        </div>
      )}
      {columns.map((column) => (
        <div
          key={column.id}
          role="gridcell"
          className={styles.cell}
          data-align={column.align}
          data-tree={column.tree || undefined}
        >
          {column.tree ? fold : null}
          {cellOf(column, row)}
        </div>
      ))}
    </div>
  )
}

function cellOf<T>(column: Column<T>, row: T): ReactNode {
  return column.cell === undefined ? column.value(row) : column.cell(row)
}

/** One row of a `DataTable`; drawn again only when something of it changed. */
export const Row = memo(RowView) as typeof RowView
