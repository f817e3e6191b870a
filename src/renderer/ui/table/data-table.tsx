import {
  columnVisibilityFeature,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
} from '@tanstack/react-table'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { uiMessages } from '../messages.ts'
import { useLanguage, useMessages } from '../text.ts'
import { ColumnMenu } from './column-menu.tsx'
import { gridTemplate, loadPreferences, savePreferences, type Column, type Sort } from './columns.ts'
import { FilterField } from './filter-field.tsx'
import { useGathered } from './gathered.ts'
import { Row } from './row.tsx'
import { useVisibleRows } from './window.ts'
import styles from './table.module.css'

const rowHeight = 32
const features = tableFeatures({
  rowSortingFeature,
  columnVisibilityFeature,
  sortedRowModel: createSortedRowModel(),
})

export interface DataTableProps<T extends object> {
  /** Under this name the chosen columns and order are remembered. */
  name: string
  /** What the table lists, for a screen reader. */
  label: string
  rows: readonly T[]
  columns: readonly Column<T>[]
  rowId: (row: T) => string
  /** What one row is called, for a screen reader. */
  rowName: (row: T) => string
  initialSort: Sort
  /** Enter or a click. */
  onOpen?: ((row: T) => void) | undefined
  /** The row whose details are open beside the table. */
  openedId?: string | undefined
  /** Bulk actions on the selected rows; given, rows can be selected. */
  bulk?: (selected: readonly T[], clear: () => void) => ReactNode
  /** Stands left in the bar above the table (filters by state, counts). */
  toolbar?: ReactNode
  /** Shown instead of rows where there are none at all. */
  empty: ReactNode
}

/** A list as a table: 32 px rows, only the visible ones drawn, keyboard, filter, order, chosen columns, selection. */
export function DataTable<T extends object>(props: DataTableProps<T>) {
  const { name, rows: allRows, columns, rowId, bulk, onOpen } = props
  const say = useMessages(uiMessages)
  const language = useLanguage()
  const domId = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const [preferences, setPreferences] = useState(() => loadPreferences(name))
  const [filter, setFilter] = useState('')
  const [activeId, setActiveId] = useState<string>()
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const gathered = useGathered(allRows, rowId)

  const remember = (change: Partial<typeof preferences>) => {
    const next = { ...preferences, ...change }
    setPreferences(next)
    savePreferences(name, next)
  }
  const sort = preferences.sort ?? props.initialSort
  const isShown = (column: Column<T>) => column.fixed || (preferences.shown[column.id] ?? !column.optional)
  const shownColumns = columns.filter(isShown)

  const filtered = useMemo(() => {
    const words = filter.toLocaleLowerCase(language).split(/\s+/).filter(Boolean)
    if (words.length === 0) return gathered.rows as T[]
    return gathered.rows.filter((row) => {
      const text = columns
        .map((column) => String(column.value(row)))
        .join('\n')
        .toLocaleLowerCase(language)
      return words.every((word) => text.includes(word))
    })
  }, [gathered.rows, filter, columns, language])

  const definitions = useMemo(() => {
    const collator = new Intl.Collator(language, { numeric: true, sensitivity: 'base' })
    return columns.map((column): ColumnDef<typeof features, T> => ({
      id: column.id,
      accessorFn: (row) => column.value(row),
      sortFn: (a, b) => {
        const [x, y] = [column.value(a.original), column.value(b.original)]
        return typeof x === 'number' && typeof y === 'number' ? x - y : collator.compare(String(x), String(y))
      },
    }))
  }, [columns, language])
  const sorting = useMemo(() => [{ id: sort.column, desc: sort.descending }], [sort.column, sort.descending])
  const table = useTable({ features, data: filtered, columns: definitions, getRowId: rowId, state: { sorting } })
  const rows = table.getRowModel().rows

  const visible = useVisibleRows(scroller, rows.length, rowHeight, gathered.onMove)
  const selectedRows = bulk === undefined ? [] : allRows.filter((row) => selected.has(rowId(row)))
  const activeIndex = activeId === undefined ? -1 : rows.findIndex((row) => row.id === activeId)
  const template = gridTemplate(shownColumns, bulk !== undefined)

  const scrollIntoView = (index: number) => {
    const element = scroller.current
    if (element === null) return
    const top = index * rowHeight
    // The sticky head covers one row at the top.
    if (top < element.scrollTop) element.scrollTop = top
    else if (top + 2 * rowHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = top + 2 * rowHeight - element.clientHeight
  }
  const activate = (index: number) => {
    const bounded = Math.max(0, Math.min(rows.length - 1, index))
    const row = rows[bounded]
    if (row === undefined) return
    setActiveId(row.id)
    scrollIntoView(bounded)
  }
  const toggle = (index: number) => {
    const id = rows[index]?.id
    if (id === undefined) return
    const next = new Set(selected)
    if (!next.delete(id)) next.add(id)
    setSelected(next)
  }
  const press = (index: number) => {
    const row = rows[index]
    if (row === undefined) return
    setActiveId(row.id)
    onOpen?.(row.original)
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return
    const page = Math.max(1, visible.perPage - 2)
    const moves: Record<string, number> = {
      ArrowDown: activeIndex + 1,
      ArrowUp: activeIndex < 0 ? 0 : activeIndex - 1,
      PageDown: activeIndex + page,
      PageUp: activeIndex - page,
      Home: 0,
      End: rows.length - 1,
    }
    const target = moves[event.key]
    if (target !== undefined) activate(target)
    else if (event.key === 'Enter') press(activeIndex)
    else if (event.key === ' ' && bulk !== undefined) toggle(activeIndex)
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey) && bulk !== undefined)
      setSelected(new Set(rows.map((row) => row.id)))
    else if (event.key === 'Escape' && selected.size > 0) setSelected(new Set())
    else return
    event.preventDefault()
  }
  const allSelected = rows.length > 0 && rows.every((row) => selected.has(row.id))

  if (allRows.length === 0) return props.empty
  return (
    <div className={styles.frame}>
      <div className={styles.toolbar}>
        {selectedRows.length > 0 && bulk !== undefined ? (
          bulk(selectedRows, () => setSelected(new Set()))
        ) : (
          <>{props.toolbar}</>
        )}
        <span className={styles.spacer} />
        <FilterField
          value={filter}
          onChange={setFilter}
          onLeave={() => {
            scroller.current?.focus()
            if (activeIndex < 0) activate(0)
          }}
        />
        <ColumnMenu
          columns={columns.map((column) => ({
            id: column.id,
            header: column.header,
            shown: isShown(column),
            fixed: column.fixed ?? false,
          }))}
          onToggle={(id) => {
            const column = columns.find((candidate) => candidate.id === id)
            if (column !== undefined) remember({ shown: { ...preferences.shown, [id]: !isShown(column) } })
          }}
        />
      </div>
      {gathered.waiting > 0 ? (
        <button
          type="button"
          className={styles.waiting}
          onClick={() => {
            scroller.current?.scrollTo({ top: 0 })
          }}
        >
          <ArrowUp size={13} aria-hidden /> {say('table.new', { count: gathered.waiting })}
        </button>
      ) : null}
      <div
        ref={scroller}
        className={styles.scroller}
        role="grid"
        tabIndex={0}
        aria-label={props.label}
        aria-rowcount={rows.length + 1}
        aria-activedescendant={activeIndex < 0 ? undefined : `${domId}-${activeId ?? ''}`}
        aria-multiselectable={bulk === undefined ? undefined : true}
        onKeyDown={onKey}
      >
        <div className={styles.head} role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
          {bulk === undefined ? null : (
            <div role="columnheader" className={styles.check}>
              <input
                type="checkbox"
                checked={allSelected}
                aria-label={say('table.selectAll')}
                onChange={() => setSelected(allSelected ? new Set() : new Set(rows.map((row) => row.id)))}
              />
            </div>
          )}
          {shownColumns.map((column) => {
            const sorted = sort.column === column.id
            const Arrow = sort.descending ? ArrowDown : ArrowUp
            return (
              <div
                key={column.id}
                role="columnheader"
                className={styles.headCell}
                aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
                data-align={column.align}
              >
                <button
                  type="button"
                  onClick={() => remember({ sort: { column: column.id, descending: sorted && !sort.descending } })}
                >
                  {column.header}
                  {sorted ? <Arrow size={12} aria-hidden /> : null}
                </button>
              </div>
            )
          })}
        </div>
        <div role="rowgroup" className={styles.body} style={{ height: rows.length * rowHeight }}>
          {rows.slice(visible.start, visible.end).map((row, offset) => {
            const index = visible.start + offset
            return (
              <Row
                key={row.id}
                row={row.original}
                domId={`${domId}-${row.id}`}
                index={index}
                top={index * rowHeight}
                columns={shownColumns}
                template={template}
                active={row.id === activeId}
                opened={row.id === props.openedId}
                checked={bulk === undefined ? undefined : selected.has(row.id)}
                checkLabel={say('table.select', { name: props.rowName(row.original) })}
                onPress={press}
                onCheck={toggle}
              />
            )
          })}
        </div>
        {rows.length === 0 ? <p className={styles.noMatch}>{say('table.noMatch', { text: filter })}</p> : null}
      </div>
    </div>
  )
}
