import { describe, expect, it } from 'vitest'
import { placePicture, wantedSize } from '../../../../../../src/renderer/features/desktops/viewer/layout.ts'

const window = { width: 1001.5, height: 700 }

describe('wantedSize', () => {
  it('is what the window has, in whole pixels', () => {
    expect(wantedSize(window, 2, false)).toEqual({ width: 1001, height: 700 })
    expect(wantedSize(window, 2, true)).toEqual({ width: 2003, height: 1400 })
    // 1111 × 1.5 is no whole number, and 1.1 × 1000 not quite one in floating point.
    expect(wantedSize({ width: 1111, height: 1000 }, 1.1, true)).toEqual({ width: 1222, height: 1100 })
  })

  it('stays within what a server takes', () => {
    expect(wantedSize({ width: 10, height: 10 }, 1, false)).toEqual({ width: 320, height: 200 })
    expect(wantedSize({ width: 20_000, height: 1000 }, 2, true).width).toBe(16_384)
  })
})

describe('placePicture', () => {
  it('fits all of it, and centres it on pixels of the display', () => {
    const layout = placePicture('fit', window, { width: 1000, height: 1000 }, 2, false)
    expect(layout.scale).toBeCloseTo(0.7)
    expect([layout.width, layout.height]).toEqual([700, 700])
    expect(layout.left * 2).toBe(Math.floor(layout.left * 2))
    expect(layout.top).toBe(0)
  })

  it('draws pixel for pixel, from the corner where it is larger', () => {
    const layout = placePicture('actual', window, { width: 3000, height: 400 }, 2, true)
    expect(layout).toMatchObject({ width: 1500, height: 200, left: 0, top: 250, scale: 0.5, crisp: true })
  })

  it('is not smoothed where a remote pixel is whole ones of the display', () => {
    expect(placePicture('actual', window, { width: 800, height: 600 }, 2, false).crisp).toBe(true)
    expect(placePicture('actual', window, { width: 800, height: 600 }, 1.5, false).crisp).toBe(false)
    expect(placePicture('actual', window, { width: 800, height: 600 }, 1.5, true).crisp).toBe(true)
  })

  it('shows a desktop whole that did not take the size of the window', () => {
    const remote = wantedSize(window, 1.5, true)
    expect(placePicture('resize', window, remote, 1.5, true).scale).toBeCloseTo(1 / 1.5, 10)
    expect(placePicture('resize', window, { width: 4000, height: 700 }, 1, false).scale).toBeCloseTo(1001.5 / 4000)
  })
})
