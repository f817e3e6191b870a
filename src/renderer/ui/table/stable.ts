import { useCallback, useEffect, useRef } from 'react'

/** The same function at every drawing, which does what the newest one does: rows are not drawn again for it. */
export function useStable<A extends unknown[]>(run: (...input: A) => void): (...input: A) => void {
  const latest = useRef(run)
  useEffect(() => {
    latest.current = run
  })
  return useCallback((...input: A) => latest.current(...input), [])
}
