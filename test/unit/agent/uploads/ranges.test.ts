import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChunkSet, chunkAt, chunkCount } from '../../../../agent/src/uploads/ranges.ts'

const expand = (ranges: [number, number][]) =>
  ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => first + at))

describe('which chunks have arrived', () => {
  it('gives ranges and gaps that are the set, whatever the order', () => {
    const cases = fc.integer({ min: 0, max: 200 }).chain((total) =>
      fc.record({
        total: fc.constant(total),
        indexes: fc.array(fc.integer({ min: 0, max: Math.max(0, total - 1) })),
      }),
    )
    fc.assert(
      fc.property(cases, ({ total, indexes }) => {
        const set = new ChunkSet(total)
        for (const index of indexes) set.add(index)
        const wanted = new Set(indexes.filter((index) => index < total))
        expect(expand(set.ranges())).toEqual([...wanted].sort((a, b) => a - b))
        expect(expand(set.missing()).length).toBe(total - wanted.size)
        expect(set.count).toBe(wanted.size)
        expect(set.full).toBe(set.missing().length === 0)
      }),
    )
  })

  it('takes back a chunk that was lost', () => {
    const set = new ChunkSet(3)
    for (const index of [0, 1, 2]) set.add(index)
    set.delete(1)
    expect(set.missing()).toEqual([[1, 1]])
    expect(set.full).toBe(false)
  })

  it('cuts a file into chunks without a gap or an overlap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 1, max: 3000 }), (size, chunkSize) => {
        let end = 0
        for (let index = 0; index < chunkCount(size, chunkSize); index++) {
          const { offset, length } = chunkAt(size, chunkSize, index)
          expect(offset).toBe(end)
          expect(length).toBeGreaterThan(0)
          end += length
        }
        expect(end).toBe(size)
      }),
    )
  })
})
