export interface Bounds {
  x: number
  y: number
  width: number
  height: number
}

/** The smallest window in which everything can be used. */
export const smallest = { width: 1024, height: 700 }
const usual = { width: 1440, height: 900 }

/** The remembered place, where it still lies on a display; else a usual size, placed by the system. */
export function placeWindow(
  remembered: Bounds | undefined,
  displays: readonly Bounds[],
): { width: number; height: number; x?: number; y?: number } {
  const seen = displays.some(
    (display) =>
      remembered !== undefined &&
      remembered.x + remembered.width > display.x + 100 &&
      remembered.x < display.x + display.width - 100 &&
      remembered.y >= display.y &&
      remembered.y < display.y + display.height - 100,
  )
  if (remembered !== undefined && seen) return remembered
  const [first] = displays
  return {
    width: Math.min(usual.width, first?.width ?? usual.width),
    height: Math.min(usual.height, first?.height ?? usual.height),
  }
}
