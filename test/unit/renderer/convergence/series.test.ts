import { describe, expect, it } from 'vitest'
import type { ConvergenceHead, ConvergenceRow } from '../../../../contract/convergence.ts'
import { csvOf } from '../../../../src/renderer/features/convergence/save.ts'
import {
  columnsOf,
  colourOf,
  dashOf,
  decades,
  extentOf,
  firstOdd,
  formatTick,
  formatValue,
  groupsWith,
  linesOf,
  moved,
  rowAt,
  shownAtFirst,
  valueAt,
  zoomed,
} from '../../../../src/renderer/features/convergence/series.ts'

const series = [
  { group: 'initial', name: 'Ux' },
  { group: 'courant', name: 'max' },
  { group: 'initial', name: 'p' },
]
const rows: ConvergenceRow[] = [
  [1, 0.1, 1, 0.5],
  [2, 0.2, null, 0.6, 0.1],
  [3, 0.3, 'NaN', null, 0],
]
const head: ConvergenceHead = {
  meta: {
    parser: 'openfoam',
    xLabel: { en: 'Time' },
    groups: [
      { key: 'initial', label: { en: 'Initial residuals' }, scale: 'log', expect: 'falls' },
      { key: 'final', label: { en: 'Final residuals' }, scale: 'log' },
      { key: 'courant', label: { en: 'Courant numbers' }, scale: 'linear', expect: 'bounded' },
    ],
  },
  series,
  runs: [],
  run: 1,
  verdict: { state: 'unknown', text: { en: '' }, at: 0 },
  alarm: 'notify',
  file: 'job.log',
  read: 0,
  complete: false,
}

describe('columns', () => {
  const lines = linesOf(series, 'initial')
  it('hold the lines of one group, in the order in which they came', () =>
    expect(lines).toEqual([
      { place: 0, name: 'Ux', index: 0 },
      { place: 2, name: 'p', index: 1 },
    ]))
  it('have gaps for what is no number, and on a logarithmic scale for zero', () => {
    expect(columnsOf(rows, lines, false)).toEqual({
      x: [0.1, 0.2, 0.3],
      values: [
        [1, null, null],
        [null, 0.1, 0],
      ],
    })
    expect(columnsOf(rows, lines, true)).toEqual({
      x: [0.1, 0.2, 0.3],
      values: [
        [0, null, null],
        [null, -1, null],
      ],
    })
    // The third point has no value at all here.
    expect(columnsOf(rows, linesOf(series, 'courant'), false)).toEqual({ x: [0.1, 0.2], values: [[0.5, 0.6]] })
  })
  it('know where a value first was no number', () => {
    expect(firstOdd(rows, lines)).toBe(0.3)
    expect(firstOdd(rows, linesOf(series, 'courant'))).toBeUndefined()
  })
})

it('shows the first group and one that is judged, of those that have lines', () => {
  const groups = groupsWith(head.meta, series)
  expect(groups.map(({ key }) => key)).toEqual(['initial', 'courant'])
  expect(shownAtFirst(groups, rows, series)).toEqual(['initial', 'courant'])
  expect(shownAtFirst([], rows, series)).toEqual([])
  // A count of what has not happened takes no room.
  const quiet = rows.map(([run = 1, x = 0, p = null]): ConvergenceRow => [run, x, p, 0])
  expect(shownAtFirst(groups, quiet, series)).toEqual(['initial'])
})

it('tells values at a row, or the latest before it', () => {
  expect(valueAt(rows, 0)).toBe('NaN')
  expect(valueAt(rows, 0, 1)).toBe(1)
  expect(valueAt(rows, 2, 0)).toBeUndefined()
  expect([0, 0.1, 0.15, 0.3, 9].map((x) => rowAt(rows, x))).toEqual([0, 0, 0, 2, 2])
  expect(extentOf(rows, 1)).toEqual([0.5, 0.6])
  expect(extentOf([[1, 1, 'NaN']], 0)).toBeUndefined()
})

it('tells 36 lines apart', () => {
  const looks = Array.from({ length: 36 }, (_, index) => `${colourOf(index)} ${dashOf(index).join()}`)
  expect(new Set(looks).size).toBe(36)
})

describe('zoom', () => {
  it('goes in about a place, and out to everything', () => {
    const near = zoomed(undefined, [0, 100], 2, 25)
    expect(near).toEqual([12.5, 62.5])
    expect(zoomed(near, [0, 100], 0.5, 25)).toBeUndefined()
    expect(zoomed([90, 100], [0, 100], 0.5, 100)).toEqual([80, 100])
    expect(zoomed([50, 50.000_01], [0, 100], 2)).toEqual([50.000_002_5, 50.000_007_5])
  })
  it('moves, but not beyond the ends', () => {
    expect(moved([10, 20], [0, 100], 0.5)).toEqual([15, 25])
    expect(moved([10, 20], [0, 100], -5)).toEqual([0, 10])
    expect(moved(undefined, [0, 100], 1)).toBeUndefined()
  })
})

it('ticks whole powers of ten, not too many', () => {
  expect(decades(-4, 0).map((at) => formatTick(10 ** at))).toEqual(['1e-4', '0.001', '0.01', '0.1', '1'])
  expect(decades(-30, 54).length).toBeLessThanOrEqual(9)
})

it('writes numbers as they are read', () =>
  expect([0, 0.0314159, 1.2e-7, 123_456, 1e21, 'NaN' as const, '-Infinity' as const, null].map(formatValue)).toEqual([
    '0',
    '0.0314',
    '1.20e-7',
    '1.23e5',
    '1.00e21',
    'NaN',
    '-∞',
    '–',
  ]))

it('saves every row with the names of its columns', () =>
  expect(csvOf('Time (s)', head, rows).replace('\uFEFF', '').split('\r\n')).toEqual([
    'point,Time (s),initial: Ux,courant: max,initial: p',
    '1,0.1,1,0.5,',
    '2,0.2,,0.6,0.1',
    '3,0.3,NaN,,0',
    '',
  ]))
