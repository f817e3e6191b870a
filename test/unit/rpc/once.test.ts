import { describe, expect, it } from 'vitest'
import { createOnce } from '../../../src/rpc/once.ts'

const counted = () => {
  let runs = 0
  return { work: () => Promise.resolve(++runs), runs: () => runs }
}

describe('a change done once', () => {
  it('is joined while it runs and answered alike afterwards', async () => {
    const once = createOnce<number>({ keep: 10, forMs: 1000 }, () => 0)
    const { work, runs } = counted()
    expect(await Promise.all([once.run('a', work), once.run('a', work)])).toEqual([1, 1])
    expect(await once.run('a', work)).toBe(1)
    expect(await once.run('b', work)).toBe(2)
    expect(runs()).toBe(2)
  })
  it('is forgotten after its time, and the oldest when there are too many', async () => {
    let now = 0
    const once = createOnce<number>({ keep: 2, forMs: 1000 }, () => now)
    const { work } = counted()
    for (const id of ['a', 'b', 'c', 'd']) await once.run(id, work)
    expect(await once.run('d', work)).toBe(4)
    expect(await once.run('a', work)).toBe(5)
    now = 1000
    expect(await once.run('d', work)).toBe(6)
  })
  it('may be tried again where it threw', async () => {
    const once = createOnce<number>({ keep: 2, forMs: 1000 }, () => 0)
    await expect(once.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await once.run('a', () => Promise.resolve(1))).toBe(1)
  })
})
