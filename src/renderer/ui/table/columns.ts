import type { ReactNode } from 'react'

/** One column of a `DataTable`. Widths are in pixels; one column or more should grow. */
export interface Column<T> {
  id: string
  header: string
  width: number
  grow?: boolean
  align?: 'end'
  /** What the column sorts and filters by; also what it shows where there is no `cell`. */
  value: (row: T) => string | number
  cell?: (row: T) => ReactNode
  /** Not shown until the user chooses it. */
  optional?: boolean
  /** Cannot be hidden. */
  fixed?: boolean
  /** Changes by itself (a clock): a change of it is no news. */
  quiet?: boolean
  /** Rows that hold others are opened here. */
  tree?: boolean
}

export interface Sort {
  column: string
  descending: boolean
}

/** What a user chose for a table; remembered by the page under the table's name. */
export interface TablePreferences {
  /** Shown or not, by column id, where it differs from the column's default. */
  shown: Record<string, boolean>
  sort?: Sort
}

const keyOf = (name: string): string => `headway.table.${name}`

export function loadPreferences(name: string): TablePreferences {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(keyOf(name)) ?? 'null')
    if (typeof stored === 'object' && stored !== null && 'shown' in stored) return stored as TablePreferences
  } catch {
    // Unreadable preferences are as good as none.
  }
  return { shown: {} }
}

export function savePreferences(name: string, preferences: TablePreferences): void {
  localStorage.setItem(keyOf(name), JSON.stringify(preferences))
}

/** The CSS grid of the table's rows; columns that grow share what is left by their widths. */
export function gridTemplate(columns: readonly { width: number; grow?: boolean }[], selectable: boolean): string {
  const widths = columns.map(({ width, grow }) => `minmax(${width}px, ${width}${grow ? 'fr' : 'px'})`)
  return [...(selectable ? ['32px'] : []), ...widths].join(' ')
}
