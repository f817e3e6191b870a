import type { Size } from './layout.ts'

/** The widest a small picture may be, in pixels, and the longest its address, in characters. */
const widest = 320
const longest = 48_000
const tallest = 400

/** The size of the small picture of a screen: never larger than the screen itself. */
export function thumbnailSize({ width, height }: Size): Size {
  const scale = Math.min(1, widest / width, tallest / height)
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

function drawn(source: HTMLCanvasElement, size: Size): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = size.width
  canvas.height = size.height
  const context = canvas.getContext('2d', { alpha: false })
  if (context !== null) {
    context.imageSmoothingQuality = 'high'
    context.drawImage(source, 0, 0, size.width, size.height)
  }
  return canvas
}

/** A small JPEG of a screen as a `data:` address; undefined where there is no picture yet. */
export function thumbnailOf(source: HTMLCanvasElement): string | undefined {
  if (source.width === 0 || source.height === 0) return undefined
  let size = thumbnailSize(source)
  for (;;) {
    const canvas = drawn(source, size)
    for (const quality of [0.75, 0.5, 0.3]) {
      const address = canvas.toDataURL('image/jpeg', quality)
      if (address.length <= longest) return address
    }
    if (size.width < 32) return undefined
    size = { width: size.width >> 1, height: Math.max(1, size.height >> 1) }
  }
}

/** The whole screen as a PNG. */
export const screenshotOf = (source: HTMLCanvasElement): Promise<Blob> =>
  new Promise((resolve, reject) => {
    source.toBlob((blob) => {
      if (blob === null) reject(new Error('the screen gave no picture'))
      else resolve(blob)
    }, 'image/png')
  })

const two = (value: number): string => String(value).padStart(2, '0')

/** What no file's name may hold on Windows. */
const refused = new Set('<>:"/\\|?*\u007f')

/** `<name> 2026-11-29 14.03.png`, without what file systems refuse. */
export function screenshotName(name: string, time: Date): string {
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  const clean = Array.from(name)
    .map((character) => (character < ' ' || refused.has(character) ? ' ' : character))
    .join('')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 100)
  return `${clean === '' ? 'desktop' : clean} ${day} ${two(time.getHours())}.${two(time.getMinutes())}.png`
}

/** Hands a picture of a screen to the browser's downloads. */
export function saveScreenshot(blob: Blob, screen: string): void {
  const address = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = address
  link.download = screenshotName(screen, new Date())
  link.click()
  // The download has its own hold on the bytes once it has begun.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

/** Puts a picture into this computer's clipboard; false where the browser does not allow that. */
export async function copyPicture(blob: Promise<Blob>): Promise<boolean> {
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })])
    return true
  } catch {
    return false
  }
}
