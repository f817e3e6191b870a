import { describe, expect, it } from 'vitest'
import {
  columnsOf,
  decades,
  formatResidual,
  formatTick,
  latestValues,
} from '../../../../src/renderer/features/convergence/series.ts'

const points = [
  { x: 1, values: { residual: 1 } },
  { x: 2, values: { residual: 0.1, energy: 5 } },
  { x: 3, values: { energy: 0, residual: Number.NaN } },
]

describe('columns', () => {
  it('keep series in the order of their first value, gaps as null', () =>
    expect(columnsOf(points, false)).toEqual({
      x: [1, 2, 3],
      series: [
        { name: 'residual', values: [1, 0.1, null] },
        { name: 'energy', values: [null, 5, 0] },
      ],
    }))
  it('have no place for zero on a logarithmic scale', () =>
    expect(columnsOf(points, true).series[1]?.values).toEqual([null, 5, null]))
  it('give the latest value of each series', () =>
    expect(latestValues(points.slice(0, 2))).toEqual([
      { name: 'residual', value: 0.1 },
      { name: 'energy', value: 5 },
    ]))
})

it('ticks whole powers of ten, not too many', () => {
  expect(decades(1e-4, 1).map(formatTick)).toEqual(['1e-4', '0.001', '0.01', '0.1', '1'])
  expect(decades(1e-30, 1).length).toBeLessThanOrEqual(9)
})

it('writes numbers as they are read', () => {
  expect([0, 0.0314159, 1.2e-7, 123_456, 1e21].map(formatResidual)).toEqual([
    '0',
    '0.0314',
    '1.20e-7',
    '1.23e5',
    '1.00e21',
  ])
})
