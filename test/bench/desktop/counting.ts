import type { Page } from 'playwright-core'

/**
 * Counts what noVNC shows, in both pages alike: each picture it shows is one `drawImage` of its back buffer onto the visible
 * canvas. Latency is from a key event in the page to the first picture after it.
 */
export function countPictures(): void {
  const state = { pictures: 0, keyAt: 0, latencies: [] as number[] }
  const { prototype } = CanvasRenderingContext2D
  const draw = Reflect.get(prototype, 'drawImage') as unknown as (
    this: CanvasRenderingContext2D,
    ...parts: unknown[]
  ) => void
  prototype.drawImage = function counted(this: CanvasRenderingContext2D, ...parts: unknown[]) {
    if (this.canvas.isConnected && parts[0] instanceof HTMLCanvasElement) {
      state.pictures += 1
      if (state.keyAt > 0) {
        state.latencies.push(performance.now() - state.keyAt)
        state.keyAt = 0
      }
    }
    draw.apply(this, parts)
  }
  addEventListener('keydown', () => (state.keyAt = performance.now()), { capture: true })
  Object.assign(globalThis, { counting: state })
}

interface Counting {
  pictures: number
  latencies: number[]
}
const read = (page: Page): Promise<Counting> =>
  page.evaluate(() => (globalThis as unknown as { counting: Counting }).counting)

/** Pictures a second over so many milliseconds. */
export async function picturesPerSecond(page: Page, ms: number): Promise<number> {
  const before = await read(page)
  const started = performance.now()
  await page.waitForTimeout(ms)
  const after = await read(page)
  return ((after.pictures - before.pictures) * 1000) / (performance.now() - started)
}

/** Milliseconds from a key to the picture that follows, for so many keys typed into whatever has the focus. */
export async function keyLatencies(page: Page, keys: number): Promise<number[]> {
  await page.evaluate(() => {
    ;(globalThis as unknown as { counting: Counting }).counting.latencies = []
  })
  for (let key = 0; key < keys; key++) {
    await page.keyboard.press('x')
    await page.waitForTimeout(60 + (key % 7) * 10)
  }
  return (await read(page)).latencies
}
