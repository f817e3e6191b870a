import { useCallback, useEffect, useMemo, useRef, useState } from 'react'

/**
 * Keeps rows that arrive while the user reads further down from pushing the others away: they are counted, and shown
 * when the user asks or is back at the top. `onMove` takes the first visible row.
 */
export function useGathered<T>(rows: readonly T[], rowId: (row: T) => string) {
  /** The rows known when reading began; absent at the top. */
  const [known, setKnown] = useState<ReadonlySet<string>>()
  const latest = useRef(rows)
  useEffect(() => {
    latest.current = rows
  }, [rows])
  const onMove = useCallback(
    (first: number) => setKnown((before) => (first === 0 ? undefined : (before ?? new Set(latest.current.map(rowId))))),
    [rowId],
  )
  return useMemo(() => {
    const shown = known === undefined ? rows : rows.filter((row) => known.has(rowId(row)))
    return { rows: shown, waiting: rows.length - shown.length, onMove }
  }, [rows, rowId, known, onMove])
}
