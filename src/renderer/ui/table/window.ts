import { useEffect, useState, type RefObject } from 'react'

/** Rows drawn beyond each edge, so that a fast scroll finds them there. */
const overscan = 10

/**
 * Which rows of equal height lie in the visible part of a scroller. Drawn again only when the first visible row changes,
 * not at every pixel; `onMove` is told the first visible row.
 */
export function useVisibleRows(
  scroller: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
  onMove: (first: number) => void,
) {
  const [firstVisible, setFirstVisible] = useState(0)
  const [height, setHeight] = useState(600)
  useEffect(() => {
    const element = scroller.current
    if (element === null) return undefined
    const observer = new ResizeObserver(() => setHeight(element.clientHeight))
    const scroll = () => {
      const first = Math.floor(element.scrollTop / rowHeight)
      setFirstVisible(first)
      onMove(first)
    }
    observer.observe(element)
    element.addEventListener('scroll', scroll, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', scroll)
    }
  }, [scroller, rowHeight, onMove])
  const perPage = Math.ceil(height / rowHeight)
  const start = Math.max(0, Math.min(firstVisible, count - perPage) - overscan)
  return { start, end: Math.min(count, firstVisible + perPage + overscan), perPage }
}
