import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { batchChanges, type Change } from '../../../../src/renderer/features/jobs/batch.ts'

interface Item {
  id: string
  n: number
}

describe('changes of a list', () => {
  let applied: Change<Item>[] = []
  const batch = () => batchChanges<Item>((change) => applied.push(change))
  beforeEach(() => {
    applied = []
    vi.useFakeTimers()
  })
  afterEach(() => vi.useRealTimers())

  it('the first is shown at once, a thousand more together', () => {
    const changes = batch()
    for (let n = 0; n < 1001; n += 1) changes.add({ put: [{ id: `j${n % 10}`, n }], gone: [] })
    expect(applied).toHaveLength(1)
    vi.advanceTimersByTime(100)
    expect(applied).toHaveLength(2)
    expect(applied[1]?.put.map(({ n }) => n).sort((a, b) => a - b)).toEqual([
      991, 992, 993, 994, 995, 996, 997, 998, 999, 1000,
    ])
  })
  it('what is gone and back is put, what is put and gone is gone', () => {
    const changes = batch()
    changes.add({ put: [], gone: ['x'] })
    changes.add({ put: [], gone: ['a'] })
    changes.add({
      put: [
        { id: 'a', n: 1 },
        { id: 'b', n: 1 },
      ],
      gone: [],
    })
    changes.add({ put: [], gone: ['b'] })
    vi.advanceTimersByTime(100)
    expect(applied[1]).toEqual({ put: [{ id: 'a', n: 1 }], gone: ['b'] })
  })
  it('what a snapshot replaces is dropped', () => {
    const changes = batch()
    changes.add({ put: [{ id: 'a', n: 1 }], gone: [] })
    changes.add({ put: [{ id: 'a', n: 2 }], gone: [] })
    changes.drop()
    vi.advanceTimersByTime(1000)
    expect(applied).toHaveLength(1)
  })
})
