import { useEffect, useRef, useState } from 'react'
import { takeDrop, type Drop } from './picked.ts'

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

/** Who takes what is dropped anywhere in the window: a page before the frame around it. */
export type DropTaker = 'frame' | 'page'
const takers: DropTaker[] = []

/**
 * Takes files dropped anywhere in the window while the component is shown; the frame only where no page does. True while
 * files hover over it. A place that handles a drop itself (`preventDefault`) keeps it.
 */
export function useWindowDrop(taker: DropTaker, onDrop: (drop: Drop) => void): boolean {
  const [hovering, setHovering] = useState(false)
  const handler = useRef(onDrop)
  useEffect(() => {
    handler.current = onDrop
  })
  useEffect(() => {
    takers.push(taker)
    const isMine = () => taker === 'page' || !takers.includes('page')
    // Every child that is entered or left tells so too: only the outermost pair counts.
    let depth = 0
    const over = (event: DragEvent) => {
      if (!carriesFiles(event) || !isMine()) return
      if (event.defaultPrevented) return setHovering(false)
      event.preventDefault()
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'copy'
      setHovering(true)
    }
    const enter = (event: DragEvent) => {
      if (carriesFiles(event)) depth += 1
    }
    const leave = (event: DragEvent) => {
      if (!carriesFiles(event)) return
      depth -= 1
      if (depth <= 0) setHovering(false)
    }
    const drop = (event: DragEvent) => {
      depth = 0
      setHovering(false)
      if (!carriesFiles(event) || event.defaultPrevented || event.dataTransfer === null || !isMine()) return
      event.preventDefault()
      handler.current(takeDrop(event.dataTransfer))
    }
    const listeners = { dragover: over, dragenter: enter, dragleave: leave, drop } as const
    for (const [name, listener] of Object.entries(listeners)) window.addEventListener(name as 'drop', listener)
    return () => {
      takers.splice(takers.indexOf(taker), 1)
      for (const [name, listener] of Object.entries(listeners)) window.removeEventListener(name as 'drop', listener)
      setHovering(false)
    }
  }, [taker])
  return hovering
}
