import {
  columnVisibilityFeature,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
} from '@tanstack/react-table'
import { useMemo } from 'react'
import { useLanguage } from '../text.ts'
import type { Column, Sort } from './columns.ts'

const features = tableFeatures({
  rowSortingFeature,
  columnVisibilityFeature,
  sortedRowModel: createSortedRowModel(),
})

/** The rows in the order of a column; texts by the rules of the window's language, numbers in them by their value. */
export function useSorted<T extends object>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  rowId: (row: T) => string,
  sort: Sort,
): readonly T[] {
  const language = useLanguage()
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
  const table = useTable({
    features,
    data: rows,
    columns: definitions,
    getRowId: rowId,
    state: { sorting },
  })
  const sorted = table.getRowModel().rows
  return useMemo(() => sorted.map(({ original }) => original), [sorted])
}

/** Rows in whose columns every word of the text is found; all where `text` is empty. */
export function useFiltered<T extends object>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  text: string,
): readonly T[] {
  const language = useLanguage()
  return useMemo(() => {
    const words = text.toLocaleLowerCase(language).split(/\s+/).filter(Boolean)
    if (words.length === 0) return rows
    return rows.filter((row) => {
      const all = columns
        .map((column) => String(column.value(row)))
        .join('\n')
        .toLocaleLowerCase(language)
      return words.every((word) => all.includes(word))
    })
  }, [rows, text, columns, language])
}
