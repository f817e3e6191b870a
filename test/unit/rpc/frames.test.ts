import { anything, assert, jsonValue, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientFrame, frameSize, idOf } from '../../../src/rpc/frames.ts'

describe('the size of a frame', () => {
  it('is close to the length of its JSON', () => {
    assert(
      property(jsonValue(), (value) => {
        const length = JSON.stringify(value).length
        const size = frameSize(value, Number.MAX_SAFE_INTEGER)
        // Escapes and long numbers are not counted.
        return size >= length / 8 && size <= length + 8 + length * 3
      }),
    )
  })
  it('stops counting beyond the limit', () => {
    const huge = Array.from({ length: 1000 }, () => 'x'.repeat(1000))
    expect(frameSize(huge, 5000)).toBeLessThan(10_000)
    expect(frameSize(huge, 2_000_000)).toBeGreaterThan(1_000_000)
  })
})

describe('a frame', () => {
  it('is read from anything without a fault', () => {
    assert(
      property(anything(), (value) => {
        clientFrame(value)
        idOf(value)
      }),
      { numRuns: 2000 },
    )
  })
  it('has an id of a bearable length', () => {
    expect(idOf({ id: 'x'.repeat(128) })).toBeDefined()
    expect(idOf({ id: 'x'.repeat(129) })).toBeUndefined()
    expect(clientFrame({ type: 'call', id: 'a', feature: 'b', name: 'c', input: 1, more: 2 })).toEqual({
      type: 'call',
      id: 'a',
      feature: 'b',
      name: 'c',
      input: 1,
    })
  })
})
