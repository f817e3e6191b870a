import { ArrowDown, ArrowUp } from 'lucide-react'
import { uiMessages } from '../messages.ts'
import { useMessages } from '../text.ts'
import type { Column, Sort } from './columns.ts'
import styles from './table.module.css'

/** The head of a table: names of columns, each a button that orders by it where rows are ordered so; a box that selects all. */
export function Head<T>(props: {
  columns: readonly Column<T>[]
  template: string
  sort: Sort | undefined
  onSort: (sort: Sort) => void
  /** Absent: nothing can be selected. */
  selection: { all: boolean; toggleAll: () => void } | undefined
}) {
  const { columns, template, sort, onSort, selection } = props
  const say = useMessages(uiMessages)
  const Arrow = sort?.descending === true ? ArrowDown : ArrowUp
  return (
    <div className={styles.head} role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
      {selection === undefined ? null : (
        <div role="columnheader" className={styles.check}>
          <input
            type="checkbox"
            checked={selection.all}
            aria-label={say('table.selectAll')}
            onChange={selection.toggleAll}
          />
        </div>
      )}
      {columns.map((column) => {
        const sorted = sort?.column === column.id
        return (
          <div
            key={column.id}
            role="columnheader"
            className={styles.headCell}
            aria-sort={
              sort === undefined ? undefined : sorted ? (sort.descending ? 'descending' : 'ascending') : 'none'
            }
            data-align={column.align}
          >
            {sort === undefined ? (
              <span>{column.header}</span>
            ) : (
              <button
                type="button"
                onClick={() => onSort({ column: column.id, descending: sorted && !sort.descending })}
              >
                {column.header}
                {sorted ? <Arrow size={12} aria-hidden /> : null}
              </button>
            )}
          </div>
        )
      })}
    </div>
  )
}
