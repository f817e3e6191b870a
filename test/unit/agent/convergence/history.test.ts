import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { History } from '../../../../agent/src/convergence/history.ts'
import { Run, storedStretch, stretchOf } from '../../../../agent/src/convergence/run.ts'

const filled = (count: number, value: (n: number) => number) => {
  const history = new History()
  for (let n = 1; n <= count; n++) history.add(n, n, [value(n)])
  return history
}

describe('thinning', () => {
  test('keeps every point while there is room', () =>
    expect(filled(2048, (n) => n).rows(0, Infinity)).toEqual(
      Array.from({ length: 2048 }, (_, index) => [index + 1, index + 1, index + 1]),
    ))

  test('a million points take no more than 4096 rows, and keep peaks, holes and NaN', () => {
    const history = filled(1_000_000, (n) =>
      n === 123_456 ? 1e9 : n === 777_777 ? -1e9 : n === 500_001 ? NaN : Math.sin(n),
    )
    const rows = history.rows(0, Infinity)
    expect(rows.length).toBeLessThanOrEqual(4096)
    expect(rows.length).toBeGreaterThan(2000)
    const values = rows.map(([, , value]) => value)
    expect(values.filter((value) => value === 1e9 || value === -1e9 || value === 'NaN')).toEqual([1e9, 'NaN', -1e9])
    const near = rows.find(([, , value]) => value === 1e9)
    expect(Math.abs(Number(near?.[0]) - 123_456)).toBeLessThanOrEqual(history.length)
    expect(rows.at(-1)?.[0]).toBe(1_000_000)
  })

  test('numbers and abscissae only grow, extremes are those of the points', () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })), fc.integer()), {
          minLength: 1,
          maxLength: 50,
        }),
        fc.integer({ min: 2049, max: 9000 }),
        (pattern, count) => {
          const history = new History()
          const cells = (n: number) => pattern[n % pattern.length] ?? [null, 0]
          for (let n = 1; n <= count; n++) history.add(n, n / 2, cells(n))
          const rows = history.rows(0, Infinity)
          const numbers = rows.map(([n]) => Number(n))
          expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
          for (const series of [0, 1]) {
            const all = Array.from({ length: count }, (_, n) => cells(n + 1)[series] ?? null).filter((v) => v !== null)
            const kept = rows.flatMap((row) => (typeof row[series + 2] === 'number' ? [Number(row[series + 2])] : []))
            expect([Math.min(...kept), Math.max(...kept)]).toEqual([Math.min(...all), Math.max(...all)])
          }
        },
      ),
      { numRuns: 20 },
    ))
})

const value = (n: number) => (n % 97 === 0 ? NaN : n / 3)

test('a run goes on after it was stored, as if nothing had been', () => {
  const whole = Run.begin(1)
  let stored = Run.begin(1)
  for (let n = 1; n <= 10_000; n++) {
    whole.add(n, [value(n)])
    stored.add(n, [value(n)])
    if (n % 1111 === 0) {
      const stretches = stored.history.stretches.map(storedStretch).map((pair) => stretchOf(pair))
      stored = new Run({ ...stored.record }, stretches, stored.tail)
    }
  }
  expect(stored.history.stretches).toEqual(whole.history.stretches)
  expect(stored.rows(9500)).toEqual(whole.rows(9500))
  expect(stored.record).toEqual(whole.record)
})
