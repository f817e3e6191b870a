import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react'

/** A line of a table: a row, how deep it lies under others, and whether it shows what lies under it. */
export interface Line<T> {
  id: string
  row: T
  depth: number
  /** Absent: nothing can lie under it. */
  open?: boolean
}

/** Rows that hold others: the elements of an array, the jobs of a workflow, the classes of files of a form. */
export interface Tree<T> {
  /** The rows under one; undefined where there can be none. Asked for open rows, and to know which can be opened. */
  childrenOf: (row: T) => readonly T[] | undefined
  open: ReadonlySet<string>
  onToggle: (row: T, open: boolean) => void
}

/** The lines of a table in their order. */
export function linesOf<T>(rows: readonly T[], rowId: (row: T) => string, tree: Tree<T> | undefined): Line<T>[] {
  const lines: Line<T>[] = []
  const add = (row: T, depth: number): void => {
    const id = rowId(row)
    const children = tree?.childrenOf(row)
    if (children === undefined) return void lines.push({ id, row, depth })
    const open = tree?.open.has(id) === true
    lines.push({ id, row, depth, open })
    if (open) for (const child of children) add(child, depth + 1)
  }
  for (const row of rows) add(row, 0)
  return lines
}

/**
 * Keeps the line at the top of the visible part where it is while others come, go and change places above it. Gives what is
 * told the first visible line. Not while the reader is at the very top: there the newest belongs in sight. With another
 * `view` the list begins at its top.
 */
export function useAnchor<T>(
  scroller: RefObject<HTMLElement | null>,
  lines: readonly Line<T>[],
  rowHeight: number,
  view: string,
) {
  const shown = useRef(view)
  const latest = useRef(lines)
  const held = useRef<{ id: string; index: number }>(undefined)
  useEffect(() => {
    latest.current = lines
  }, [lines])
  useLayoutEffect(() => {
    const element = scroller.current
    if (shown.current !== view) {
      shown.current = view
      held.current = undefined
      element?.scrollTo({ top: 0 })
      return
    }
    const anchor = held.current
    if (element === null || anchor === undefined || element.scrollTop === 0) return
    const index = lines.findIndex(({ id }) => id === anchor.id)
    if (index < 0 || index === anchor.index) return
    element.scrollTo({ top: element.scrollTop + (index - anchor.index) * rowHeight })
    held.current = { id: anchor.id, index }
  }, [scroller, lines, rowHeight, view])
  return {
    hold(first: number): void {
      const id = latest.current[first]?.id
      held.current = first === 0 || id === undefined ? undefined : { id, index: first }
    },
    /** Back to the top: another order was asked for. */
    release(): void {
      held.current = undefined
      scroller.current?.scrollTo({ top: 0 })
    },
  }
}
