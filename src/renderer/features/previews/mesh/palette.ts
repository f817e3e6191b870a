/** Viridis at nine places (van der Walt and Smith, 2015): even steps of lightness, safe for colour-blind eyes. */
const stops = [
  [68, 1, 84],
  [71, 44, 122],
  [59, 81, 139],
  [44, 113, 142],
  [33, 144, 141],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
  [253, 231, 37],
] as const

/** `steps` colours from low to high, four bytes each. */
export function palette(steps: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 * steps)
  for (let i = 0; i < steps; i++) {
    const at = (i / (steps - 1)) * (stops.length - 1)
    const low = Math.min(stops.length - 2, Math.floor(at))
    const part = at - low
    for (let channel = 0; channel < 3; channel++) {
      const [from, to] = [stops[low]?.[channel] ?? 0, stops[low + 1]?.[channel] ?? 0]
      bytes[4 * i + channel] = Math.round(from + (to - from) * part)
    }
    bytes[4 * i + 3] = 255
  }
  return bytes
}

/** The same as a CSS gradient, high at the top. */
export const gradient = `linear-gradient(to top, ${stops.map((rgb) => `rgb(${rgb.join(' ')})`).join(', ')})`
