import { afterEach, expect, it, vi } from 'vitest'
import { claim } from '../../../../src/renderer/features/notifications/tell-once.ts'

afterEach(() => void vi.unstubAllGlobals())

it('what is told is told by one window, once, and again when there is more', async () => {
  const kept = new Map<string, string>()
  let last = Promise.resolve<unknown>(undefined)
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  })
  // One after the other, as the browser grants a lock.
  vi.stubGlobal('navigator', {
    locks: {
      request: (_name: string, work: () => boolean) => {
        const granted = last.then(work)
        last = granted
        return granted
      },
    },
  })
  const [key, at] = ['headway.try.told', '2026-11-29T11:40:00Z']
  expect(await Promise.all([claim(key, at), claim(key, at), claim(key, at)])).toEqual([true, false, false])
  expect(await claim(key, '2026-11-29T11:45:00Z')).toBe(true)
  expect(await claim(key, at)).toBe(false)
  expect(await claim('headway.other.told', at)).toBe(true)
})
