import type { ScaleMode } from './types.ts'

export interface Size {
  width: number
  height: number
}

/** Where the picture is in the window, in CSS pixels. */
export interface Layout extends Size {
  left: number
  top: number
  /** CSS pixels for one remote pixel. */
  scale: number
  /** One remote pixel is a whole number of the screen's own: it is drawn without smoothing. */
  crisp: boolean
}

/** A window manager is of no use below, and RFB counts no further. */
const smallest: Size = { width: 320, height: 200 }
const largest = 16_384

/** The screen's own pixels for one CSS pixel that count: 1 where a remote pixel is to be as large as a CSS pixel. */
const ratioOf = (pixelRatio: number, everyPixel: boolean): number => (everyPixel ? pixelRatio : 1)

/** The size that a remote screen takes to fill the window, in its pixels. `window`: CSS pixels, fractions and all. */
export function wantedSize(window: Size, pixelRatio: number, everyPixel: boolean): Size {
  const ratio = ratioOf(pixelRatio, everyPixel)
  const within = (value: number, least: number) => Math.min(largest, Math.max(least, Math.floor(value * ratio + 1e-6)))
  return { width: within(window.width, smallest.width), height: within(window.height, smallest.height) }
}

/** Places a remote screen of `remote` pixels in a window of CSS pixels; its corner is on a pixel of the screen. */
export function placePicture(
  mode: ScaleMode,
  window: Size,
  remote: Size,
  pixelRatio: number,
  everyPixel: boolean,
): Layout {
  const one = 1 / ratioOf(pixelRatio, everyPixel)
  const all = Math.min(window.width / remote.width, window.height / remote.height)
  // What could not be resized (yet) is shown whole. A fraction of a pixel that is missing is none.
  const fits = remote.width * one <= window.width + 1 && remote.height * one <= window.height + 1
  const scale = mode === 'actual' || (mode === 'resize' && fits) ? one : all
  const width = remote.width * scale
  const height = remote.height * scale
  const middle = (outer: number, inner: number) =>
    Math.max(0, Math.floor(((outer - inner) / 2) * pixelRatio) / pixelRatio)
  const physical = scale * pixelRatio
  return {
    width,
    height,
    left: middle(window.width, width),
    top: middle(window.height, height),
    scale,
    crisp: Math.abs(physical - Math.round(physical)) < 1e-6,
  }
}
