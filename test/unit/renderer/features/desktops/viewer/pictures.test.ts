import { describe, expect, it } from 'vitest'
import { screenshotName, thumbnailSize } from '../../../../../../src/renderer/features/desktops/viewer/pictures.ts'

describe('pictures', () => {
  it('are at most 320 wide, and never larger than the screen', () => {
    expect(thumbnailSize({ width: 1600, height: 1000 })).toEqual({ width: 320, height: 200 })
    expect(thumbnailSize({ width: 1001, height: 701 })).toEqual({ width: 320, height: 224 })
    expect(thumbnailSize({ width: 200, height: 100 })).toEqual({ width: 200, height: 100 })
    expect(thumbnailSize({ width: 400, height: 8000 })).toEqual({ width: 20, height: 400 })
    expect(thumbnailSize({ width: 16_000, height: 20 })).toEqual({ width: 320, height: 1 })
  })

  it('are named by desktop and time, as every file system takes it', () => {
    const time = new Date(2026, 10, 29, 14, 3)
    expect(screenshotName('ParaView, wing', time)).toBe('ParaView, wing 2026-11-29 14.03.png')
    expect(screenshotName('날개/a:b\u0007?', time)).toBe('날개 a b 2026-11-29 14.03.png')
    expect(screenshotName('///', time)).toBe('desktop 2026-11-29 14.03.png')
  })
})
