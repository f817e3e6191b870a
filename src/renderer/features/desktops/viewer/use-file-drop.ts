import { useState, type DragEvent } from 'react'

const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files')

/** Files that are dropped onto an element. `over`: some are held above it. Folders among them are told apart. */
export function useFileDrop(onFiles: ((files: File[], folders: number) => void) | undefined) {
  const [over, setOver] = useState(false)
  if (onFiles === undefined) return { over: false, handlers: {} }
  const hold = (event: DragEvent) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    event.stopPropagation()
    event.dataTransfer.dropEffect = 'copy'
    setOver(true)
  }
  return {
    over,
    handlers: {
      onDragEnter: hold,
      onDragOver: hold,
      onDragLeave(event: DragEvent) {
        // Also told when the pointer comes onto something inside.
        const { currentTarget, relatedTarget } = event
        if (!(relatedTarget instanceof Node) || !currentTarget.contains(relatedTarget)) setOver(false)
      },
      onDrop(event: DragEvent) {
        if (!hasFiles(event)) return
        event.preventDefault()
        event.stopPropagation()
        setOver(false)
        const items = [...event.dataTransfer.items].filter(({ kind }) => kind === 'file')
        const files = items.flatMap((item) => {
          const file = item.webkitGetAsEntry()?.isDirectory === true ? null : item.getAsFile()
          return file === null ? [] : [file]
        })
        onFiles(files, items.length - files.length)
      },
    },
  }
}
