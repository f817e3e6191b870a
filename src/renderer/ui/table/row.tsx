import { memo, useEffect, useRef, type ReactNode } from 'react'
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
  onPress: (index: number) => void
  onCheck: (index: number) => void
}

/** Tints a row for a second when its content changed under the reader's eyes. */
function useTint(row: unknown) {
  const element = useRef<HTMLDivElement>(null)
  const before = useRef(row)
  useEffect(() => {
    if (before.current === row) return
    before.current = row
    if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) return
    element.current?.animate([{ backgroundColor: 'var(--hw-accent-soft)' }, {}], { duration: 1000, easing: 'ease-out' })
  }, [row])
  return element
}

function RowView<T>(props: RowProps<T>) {
  const { row, index, columns, checked } = props
  const element = useTint(row)
  return (
    <div
      ref={element}
      id={props.domId}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={checked ?? props.opened}
      className={styles.row}
      data-active={props.active || undefined}
      data-opened={props.opened || undefined}
      style={{ gridTemplateColumns: props.template, transform: `translateY(${props.top}px)` }}
      onClick={() => props.onPress(index)}
    >
      {checked === undefined ? null : (
        <div role="gridcell" className={styles.check} onClick={(event) => event.stopPropagation()}>
          <input
            type="checkbox"
            tabIndex={-1}
            checked={checked}
            aria-label={props.checkLabel}
            onChange={() => props.onCheck(index)}
          />
        </div>
      )}
      {columns.map((column) => (
        <div key={column.id} role="gridcell" className={styles.cell} data-align={column.align}>
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
