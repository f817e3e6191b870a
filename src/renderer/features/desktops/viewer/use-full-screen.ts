import { useEffect, useState, type RefObject } from 'react'

/** System keys (Alt+Tab, Super, Esc …) for the screen, where the browser has that and only in full screen. */
interface KeyboardLock {
  keyboard?: { lock?(): Promise<void>; unlock?(): void }
}

/** How near to the upper edge the pointer brings the bar, and how far below it may be before the bar goes, in pixels. */
const near = 3
const far = 56

/**
 * Full screen of the whole page, so that menus and dialogs are still seen; the viewer covers it. `away`: the bar is out of
 * sight until the pointer comes to the upper edge, or it has the focus.
 */
export function useFullScreen(root: RefObject<HTMLElement | null>, active: boolean) {
  const [full, setFull] = useState(false)
  const [away, setAway] = useState(true)
  useEffect(() => {
    const onChange = () => {
      if (document.fullscreenElement === null) setFull(false)
    }
    document.addEventListener('fullscreenchange', onChange)
    return () => document.removeEventListener('fullscreenchange', onChange)
  }, [])
  useEffect(() => {
    if (!full) return undefined
    const { keyboard } = navigator as KeyboardLock
    void keyboard?.lock?.().catch(() => undefined)
    const element = root.current
    const onMove = ({ clientY }: PointerEvent) => {
      if (clientY <= near) setAway(false)
      else if (clientY > far) setAway(true)
    }
    // noVNC stops events of the mouse at its canvas.
    element?.addEventListener('pointermove', onMove, { capture: true })
    return () => {
      element?.removeEventListener('pointermove', onMove, { capture: true })
      keyboard?.unlock?.()
      if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => undefined)
    }
  }, [full, root])
  const enter = async () => {
    try {
      await document.documentElement.requestFullscreen({ navigationUI: 'hide' })
    } catch {
      // Then it covers the window alone.
    }
    setAway(true)
    setFull(true)
  }
  // Another tab of the page in front: not in full screen.
  if (full && !active) setFull(false)
  return { full, away, toggle: () => (full ? setFull(false) : void enter()), show: () => setAway(false) }
}
