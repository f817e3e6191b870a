import { ArrowUp } from 'lucide-react'
import { useId, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react'
import { uiMessages } from '../messages.ts'
import { useMessages } from '../text.ts'
import { ColumnMenu } from './column-menu.tsx'
import { gridTemplate, loadPreferences, savePreferences, type Column, type Sort } from './columns.ts'
import { FilterField } from './filter-field.tsx'
import { useGathered } from './gathered.ts'
import { Head } from './head.tsx'
import { Row } from './row.tsx'
import { useSelection } from './selection.ts'
import { useFiltered, useSorted } from './sorting.ts'
import { useStable } from './stable.ts'
import { linesOf, useAnchor, type Tree } from './tree.ts'
import { useVisibleRows } from './window.ts'
import styles from './table.module.css'

const rowHeight = 32

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
  /** Absent: the rows have an order of their own, which no column changes. */
  initialSort?: Sort
  /** Keys of the caller's own, before the table's; true: it was one of them. */
  onKey?: (event: KeyboardEvent, active: T | undefined, selected: readonly T[]) => boolean
  /** Enter or a click. */
  onOpen?: ((row: T) => void) | undefined
  /** The row whose details are open beside the table. */
  openedId?: string | undefined
  /** Bulk actions on the selected rows; given, rows can be selected. */
  bulk?: (selected: readonly T[], clear: () => void) => ReactNode
  /** Stands left in the bar above the table (filters by state, counts). */
  toolbar?: ReactNode
  /** Stands right in that bar; made from the rows in the order they are shown. */
  tools?: (rows: readonly T[], columns: readonly Column<T>[]) => ReactNode
  /** Under the bar: what the list is narrowed to. */
  chips?: ReactNode
  /** The rows are narrowed by the caller, with this text; absent: the table does it by what stands in the columns. */
  filter?: { text: string; onChange: (text: string) => void }
  /** Names what is looked at: with another one the list begins at its top. */
  view?: string
  /** Rows that hold others. */
  tree?: Tree<T>
  /** Shown instead of the table where there is nothing at all; `noMatch` in it where only the filter hides everything. */
  empty: ReactNode
  noMatch?: ReactNode
}

/** A list as a table: 32 px rows, only the visible ones drawn, keyboard, filter, order, chosen columns, selection. */
export function DataTable<T extends object>(props: DataTableProps<T>) {
  return props.rows.length === 0 && props.noMatch === undefined ? props.empty : <Table {...props} />
}

function Table<T extends object>(props: DataTableProps<T>) {
  const { name, columns, rowId, bulk, onOpen, tree, view = '', filter: outer } = props
  const say = useMessages(uiMessages)
  const domId = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const [preferences, setPreferences] = useState(() => loadPreferences(name))
  const [ownFilter, setOwnFilter] = useState('')
  const [activeId, setActiveId] = useState(props.openedId)
  const remember = (change: Partial<typeof preferences>) => {
    const next = { ...preferences, ...change }
    setPreferences(next)
    savePreferences(name, next)
  }
  const sort = props.initialSort === undefined ? undefined : (preferences.sort ?? props.initialSort)
  const { shown } = preferences
  const isShown = (column: Column<T>) => column.fixed || (shown[column.id] ?? !column.optional)
  const shownColumns = useMemo(
    () => columns.filter((column) => column.fixed || (shown[column.id] ?? !column.optional)),
    [columns, shown],
  )

  const gathered = useGathered(props.rows, rowId, view)
  const filtered = useFiltered(gathered.rows, columns, outer === undefined ? ownFilter : '')
  const sorted = useSorted(filtered, columns, sort)
  const lines = useMemo(() => linesOf(sorted, rowId, tree), [sorted, rowId, tree])
  const anchor = useAnchor(scroller, lines, rowHeight, view)
  const onMove = useStable((first: number) => {
    anchor.hold(first)
    gathered.onMove(first)
  })
  const visible = useVisibleRows(scroller, lines.length, rowHeight, onMove)
  const selection = useSelection(lines)
  const selectedRows = useMemo(
    () => (selection.ids.size === 0 ? [] : lines.filter(({ id }) => selection.ids.has(id)).map(({ row }) => row)),
    [lines, selection.ids],
  )
  const activeIndex = useMemo(
    () => (activeId === undefined ? -1 : lines.findIndex(({ id }) => id === activeId)),
    [lines, activeId],
  )
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
    const bounded = Math.max(0, Math.min(lines.length - 1, index))
    const line = lines[bounded]
    if (line === undefined) return
    setActiveId(line.id)
    scrollIntoView(bounded)
  }
  const fold = useStable((index: number) => {
    const line = lines[index]
    if (line?.open !== undefined) tree?.onToggle(line.row, !line.open)
  })
  const check = useStable((index: number, range: boolean) => {
    setActiveId(lines[index]?.id)
    selection.toggle(index, range)
  })
  const open = (index: number) => {
    const line = lines[index]
    if (line === undefined) return
    setActiveId(line.id)
    onOpen?.(line.row)
  }
  const press = useStable((index: number, event: MouseEvent) => {
    if (bulk !== undefined && (event.shiftKey || event.ctrlKey || event.metaKey)) check(index, event.shiftKey)
    else open(index)
  })
  const move = (target: number, select: boolean) => {
    if (select && activeIndex >= 0 && bulk !== undefined) {
      if (!selection.ids.has(activeId ?? '')) selection.toggle(activeIndex, false)
      const bounded = Math.max(0, Math.min(lines.length - 1, target))
      selection.toggle(bounded, true)
    }
    activate(target)
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return
    if (props.onKey?.(event, lines[activeIndex]?.row, selectedRows) === true) return event.preventDefault()
    const page = Math.max(1, visible.perPage - 2)
    const moves: Record<string, number> = {
      ArrowDown: activeIndex + 1,
      ArrowUp: activeIndex < 0 ? 0 : activeIndex - 1,
      PageDown: activeIndex + page,
      PageUp: activeIndex - page,
      Home: 0,
      End: lines.length - 1,
    }
    const target = moves[event.key]
    const active = lines[activeIndex]
    if (target !== undefined) move(target, event.shiftKey)
    else if (event.key === 'ArrowRight' && active?.open === false) fold(activeIndex)
    else if (event.key === 'ArrowLeft' && active?.open === true) fold(activeIndex)
    else if (event.key === 'Enter') open(activeIndex)
    else if (event.key === ' ' && bulk !== undefined) check(activeIndex, event.shiftKey)
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey) && bulk !== undefined) {
      if (!selection.all) selection.toggleAll()
    } else if (event.key === 'Escape' && selection.ids.size > 0) selection.clear()
    else return
    event.preventDefault()
  }

  const text = outer?.text ?? ownFilter
  return (
    <div className={styles.frame}>
      <div className={styles.toolbar}>
        {selectedRows.length > 0 && bulk !== undefined ? bulk(selectedRows, selection.clear) : <>{props.toolbar}</>}
        <span className={styles.spacer} />
        <FilterField
          value={text}
          onChange={outer?.onChange ?? setOwnFilter}
          onLeave={() => {
            scroller.current?.focus()
            if (activeIndex < 0) activate(0)
          }}
        />
        <div className={styles.tools}>
          {props.tools?.(sorted, shownColumns)}
          <ColumnMenu
            columns={columns.map((column) => ({
              id: column.id,
              header: column.header,
              shown: isShown(column),
              fixed: column.fixed ?? false,
            }))}
            onToggle={(id) => {
              const column = columns.find((candidate) => candidate.id === id)
              if (column !== undefined) remember({ shown: { ...shown, [id]: !isShown(column) } })
            }}
          />
        </div>
      </div>
      {props.chips}
      {gathered.waiting > 0 ? (
        <button type="button" className={styles.waiting} onClick={() => scroller.current?.scrollTo({ top: 0 })}>
          <ArrowUp size={13} aria-hidden /> {say('table.new', { count: gathered.waiting })}
        </button>
      ) : null}
      <div
        ref={scroller}
        className={styles.scroller}
        role={tree === undefined ? 'grid' : 'treegrid'}
        tabIndex={0}
        aria-label={props.label}
        aria-rowcount={lines.length + 1}
        aria-activedescendant={activeIndex < 0 ? undefined : `${domId}-${activeId ?? ''}`}
        aria-multiselectable={bulk === undefined ? undefined : true}
        onKeyDown={onKey}
      >
        <Head
          columns={shownColumns}
          template={template}
          sort={sort}
          onSort={(next) => {
            remember({ sort: next })
            anchor.release()
          }}
          selection={bulk === undefined ? undefined : selection}
        />
        <div role="rowgroup" className={styles.body} style={{ height: lines.length * rowHeight }}>
          {lines.slice(visible.start, visible.end).map((line, offset) => {
            const index = visible.start + offset
            return (
              <Row
                key={line.id}
                row={line.row}
                domId={`${domId}-${line.id}`}
                index={index}
                top={index * rowHeight}
                columns={shownColumns}
                template={template}
                active={line.id === activeId}
                opened={line.id === props.openedId}
                checked={bulk === undefined ? undefined : selection.ids.has(line.id)}
                checkLabel={say('table.select', { name: props.rowName(line.row) })}
                depth={line.depth}
                unfolded={line.open}
                foldLabel={say('table.fold', { name: props.rowName(line.row) })}
                onPress={press}
                onCheck={check}
                onFold={fold}
              />
            )
          })}
        </div>
        {lines.length > 0
          ? null
          : (props.noMatch ?? <p className={styles.noMatch}>{say('table.noMatch', { text })}</p>)}
      </div>
    </div>
  )
}
