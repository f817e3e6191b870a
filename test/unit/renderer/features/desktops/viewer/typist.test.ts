import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTypist } from '../../../../../../src/renderer/features/desktops/viewer/typist.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** What arrives at a server, in order; the program there fetches what is offered when `fetch` is called. */
function typing(canOffer = true) {
  const log: string[] = []
  const names: Record<number, string> = { 0xffe1: 'shift', 0xff63: 'insert', 0xff0d: 'enter' }
  const typist = createTypist({
    key(keysym, _code, down) {
      const name =
        names[keysym] ??
        (keysym > 0x01000000 ? String.fromCodePoint(keysym - 0x01000000) : String.fromCodePoint(keysym))
      log.push(`${name}${down === undefined ? '' : down ? '↓' : '↑'}`)
    },
    offer: (text) => void log.push(`offer ${text}`),
    canOffer,
  })
  return { log, typist }
}

describe('typist', () => {
  it('sends plain text as keys at once', () => {
    const { log, typist } = typing()
    typist.text('ab\n')
    expect(log).toEqual(['a', 'b', 'enter'])
  })

  it('inserts what has no key by the clipboard, and lets the keys behind wait for it', async () => {
    const { log, typist } = typing()
    typist.text('한')
    typist.after(() => log.push('key behind'))
    expect(log).toEqual(['offer 한', 'shift↓', 'insert', 'shift↑'])
    typist.taken()
    await vi.advanceTimersByTimeAsync(100)
    expect(log.at(-1)).toBe('key behind')
    expect(typist.busy).toBe(false)
  })

  it('inserts in one piece what was composed meanwhile, in order', async () => {
    const { log, typist } = typing()
    typist.text('가')
    typist.text('나')
    typist.text('다')
    typist.taken()
    await vi.advanceTimersByTimeAsync(100)
    expect(log.filter((entry) => entry.startsWith('offer'))).toEqual(['offer 가', 'offer 나다'])
  })

  it('goes on where no program fetches the text', async () => {
    const { log, typist } = typing()
    typist.text('가')
    typist.text('a')
    await vi.advanceTimersByTimeAsync(3000)
    expect(log.at(-1)).toBe('a')
  })

  it('gives the clipboard back once nothing is typed any more', async () => {
    const { log, typist } = typing()
    typist.remember('mine')
    typist.text('가')
    typist.taken()
    await vi.advanceTimersByTimeAsync(1000)
    expect(log).not.toContain('offer mine')
    await vi.advanceTimersByTimeAsync(2000)
    expect(log.at(-1)).toBe('offer mine')
  })

  it('uses keys for all where the clipboard is closed', async () => {
    const { log, typist } = typing(false)
    typist.text('한a')
    await vi.advanceTimersByTimeAsync(0)
    expect(log).toEqual(['한', 'a'])
  })

  it('lets a long text rest in between, and loses none of it', async () => {
    const { log, typist } = typing()
    typist.text('x'.repeat(100))
    expect(log.length).toBeLessThan(100)
    await vi.advanceTimersByTimeAsync(1000)
    expect(log.length).toBe(100)
  })

  it('drops what waits when the connection is gone', async () => {
    const { log, typist } = typing()
    typist.text('가')
    typist.text('b')
    typist.clear()
    await vi.advanceTimersByTimeAsync(5000)
    expect(log).not.toContain('b')
  })
})
