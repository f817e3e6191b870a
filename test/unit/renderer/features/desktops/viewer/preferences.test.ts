import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  defaultPreferences,
  keepPreferences,
  loadPreferences,
  withKept,
} from '../../../../../../src/renderer/features/desktops/viewer/preferences.ts'

const kept = new Map<string, string>()

beforeEach(() => {
  kept.clear()
  vi.stubGlobal('navigator', { languages: ['en-US', 'en'] })
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  })
})
afterEach(() => void vi.unstubAllGlobals())

describe('preferences', () => {
  it('use the local input method where text is composed', () => {
    expect(defaultPreferences(['ko-KR', 'en'], undefined).localInput).toBe(true)
    expect(defaultPreferences(['en', 'ja'], undefined).localInput).toBe(true)
    expect(defaultPreferences(['en-US', 'de'], undefined).localInput).toBe(false)
  })

  it('use every pixel for a desktop that was made for a dense display', () => {
    expect([undefined, 96, 120, 192].map((dpi) => defaultPreferences([], dpi).everyPixel)).toEqual([
      false,
      false,
      true,
      true,
    ])
  })

  it('are those of the group, and a new group begins as the last was left, but for its own answers', () => {
    keepPreferences('a', { ...loadPreferences('a', undefined), scale: 'fit', clipboard: true, everyPixel: true })
    expect(loadPreferences('a', undefined)).toMatchObject({ scale: 'fit', clipboard: true, everyPixel: true })
    expect(loadPreferences('b', undefined)).toMatchObject({ scale: 'fit', clipboard: undefined, everyPixel: false })
  })

  it('are not spoilt by what somebody else wrote there', () => {
    const start = defaultPreferences([], undefined)
    for (const text of ['{', '3', 'null', '{"scale":"huge","quality":7,"clipboard":"yes","other":true}', null])
      expect(withKept(start, text)).toEqual(start)
  })
})
