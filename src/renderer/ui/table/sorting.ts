import { useMemo, useState } from 'react'
import { useLanguage, type Language } from '../text.ts'
import type { Column, Sort } from './columns.ts'

/**
 * Places of texts in the order of a language, numbers in them by their value. Comparing by the rules of a language is slow,
 * and a list of thousands is put in order ten times a second: the places are kept until a text comes that has none.
 */
export function createPlaces() {
  let known: { language: Language; places: ReadonlyMap<string, number> } | undefined
  return (texts: readonly string[], language: Language): ReadonlyMap<string, number> => {
    const before = known?.language === language ? known.places : undefined
    if (before !== undefined && texts.every((text) => before.has(text))) return before
    const { compare } = new Intl.Collator(language, { numeric: true, sensitivity: 'base' })
    const places = new Map<string, number>()
    let place = 0
    let last: string | undefined
    for (const text of [...new Set(texts)].sort(compare)) {
      // Texts that only differ in case stand on the same place.
      if (last !== undefined && compare(last, text) !== 0) place += 1
      places.set(text, place)
      last = text
    }
    known = { language, places }
    return places
  }
}

/** What a column orders each row by, as a number. */
function keysOf<T>(
  rows: readonly T[],
  value: (row: T) => string | number,
  placesOf: (texts: readonly string[]) => ReadonlyMap<string, number>,
): Float64Array {
  const values = rows.map(value)
  if (values.every((each) => typeof each === 'number')) return Float64Array.from(values)
  const texts = values.map(String)
  const places = placesOf(texts)
  return Float64Array.from(texts, (text) => places.get(text) ?? 0)
}

/** Rows by a value of each; those that are equal there stay in their order, also downwards. */
export function sortRows<T>(
  rows: readonly T[],
  value: (row: T) => string | number,
  descending: boolean,
  placesOf: (texts: readonly string[]) => ReadonlyMap<string, number>,
): T[] {
  const keys = keysOf(rows, value, placesOf)
  const sign = descending ? -1 : 1
  const key = (index: number) => keys[index] ?? 0
  const order = Uint32Array.from(rows.keys()).sort((a, b) => sign * (key(a) - key(b)) || a - b)
  return Array.from(order, (index) => rows[index]).filter((row) => row !== undefined)
}

/** The rows in the order of a column; in their own without one. */
export function useSorted<T extends object>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  sort: Sort | undefined,
): readonly T[] {
  const language = useLanguage()
  const [places] = useState(createPlaces)
  const value = columns.find(({ id }) => id === sort?.column)?.value
  const descending = sort?.descending === true
  return useMemo(
    () => (value === undefined ? rows : sortRows(rows, value, descending, (texts) => places(texts, language))),
    [rows, value, places, language, descending],
  )
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
