import { useEffect, useRef, useState } from 'react'
import { takeDrop, type Drop } from './picked.ts'

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

/** Takes files dropped anywhere in the window while the component is shown; true while files hover over it. */
export function useWindowDrop(onDrop: (drop: Drop) => void): boolean {
  const [hovering, setHovering] = useState(false)
  const handler = useRef(onDrop)
  useEffect(() => {
    handler.current = onDrop
  })
  useEffect(() => {
    // Every child that is entered or left tells so too: only the outermost pair counts.
    let depth = 0
    const over = (event: DragEvent) => {
      if (!carriesFiles(event)) return
      event.preventDefault()
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'copy'
    }
    const enter = (event: DragEvent) => {
      if (!carriesFiles(event)) return
      depth += 1
      setHovering(true)
    }
    const leave = (event: DragEvent) => {
      if (!carriesFiles(event)) return
      depth -= 1
      if (depth <= 0) setHovering(false)
    }
    const drop = (event: DragEvent) => {
      depth = 0
      setHovering(false)
      if (!carriesFiles(event) || event.dataTransfer === null) return
      event.preventDefault()
      handler.current(takeDrop(event.dataTransfer))
    }
    const listeners = { dragover: over, dragenter: enter, dragleave: leave, drop } as const
    for (const [name, listener] of Object.entries(listeners)) window.addEventListener(name as 'drop', listener)
    return () => {
      for (const [name, listener] of Object.entries(listeners)) window.removeEventListener(name as 'drop', listener)
    }
  }, [])
  return hovering
}
