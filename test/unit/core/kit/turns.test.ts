import { describe, expect, it } from 'vitest'
import { Turns } from '../../../../src/core/kit/turns.ts'

describe('turns', () => {
  const never = new AbortController().signal

  it('let so much run at once, and the rest in its order', async () => {
    const turns = new Turns(2)
    const started: number[] = []
    const ends: (() => void)[] = []
    const work = (id: number) =>
      turns.run(() => {
        started.push(id)
        return new Promise<void>((resolve) => ends.push(resolve))
      }, never)
    const all = [work(1), work(2), work(3), work(4)]
    expect(started).toEqual([1, 2])
    ends[1]?.()
    await all[1]
    await expect.poll(() => started).toEqual([1, 2, 3])
    ends[0]?.()
    ends[2]?.()
    await expect.poll(() => started).toEqual([1, 2, 3, 4])
    ends[3]?.()
    await Promise.all(all)
  })

  it('go on after work that fails, and pass by what does not wait any more', async () => {
    const turns = new Turns(1)
    const abort = new AbortController()
    const { promise, reject } = Promise.withResolvers<void>()
    const failing = turns.run(() => promise, never)
    const given = turns.run(async () => 'never', abort.signal)
    const last = turns.run(async () => 'last', never)
    abort.abort(new Error('stopped'))
    await expect(given).rejects.toThrow('stopped')
    reject(new Error('broken'))
    await expect(failing).rejects.toThrow('broken')
    expect(await last).toBe('last')
  })
})
