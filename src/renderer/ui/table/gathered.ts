import { useCallback, useEffect, useMemo, useRef, useState } from 'react'

/**
 * Keeps rows that arrive while the user reads further down from pushing the others away: they are counted, and shown
 * when the user asks or is back at the top. `onMove` takes the first visible row. With another `view` (another filter) all
 * is shown: what comes with it is no news.
 */
export function useGathered<T>(rows: readonly T[], rowId: (row: T) => string, view: string) {
  /** The rows known when reading began; absent at the top. */
  const [known, setKnown] = useState<{ view: string; ids: ReadonlySet<string> }>()
  const latest = useRef(rows)
  useEffect(() => {
    latest.current = rows
  }, [rows])
  const onMove = useCallback(
    (first: number) =>
      setKnown((before) => {
        if (first === 0) return undefined
        return before?.view === view ? before : { view, ids: new Set(latest.current.map(rowId)) }
      }),
    [rowId, view],
  )
  return useMemo(() => {
    const shown = known?.view === view ? rows.filter((row) => known.ids.has(rowId(row))) : rows
    return { rows: shown, waiting: rows.length - shown.length, onMove }
  }, [rows, rowId, known, view, onMove])
}
