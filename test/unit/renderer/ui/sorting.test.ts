import { expect, it } from 'vitest'
import { createPlaces, sortRows } from '../../../../src/renderer/ui/table/sorting.ts'

const order = (values: readonly (string | number)[], descending = false, language: 'en' | 'ko' = 'en') => {
  const places = createPlaces()
  const rows = values.map((value, index) => ({ value, index }))
  return sortRows(
    rows,
    ({ value }) => value,
    descending,
    (texts) => places(texts, language),
  )
}
const valuesOf = (...input: Parameters<typeof order>) => order(...input).map(({ value }) => value)

it('numbers by their value, up and down', () => {
  expect(valuesOf([3, -1, 20])).toEqual([-1, 3, 20])
  expect(valuesOf([3, -1, 20], true)).toEqual([20, 3, -1])
})

it('texts by the rules of the language, numbers in them by their value', () => {
  expect(valuesOf(['c10', 'c9', 'C1', 'b'])).toEqual(['b', 'C1', 'c9', 'c10'])
  expect(valuesOf(['해석 10', '해석 9', '가열', 'plate'], false, 'ko')).toEqual(['가열', '해석 9', '해석 10', 'plate'])
  expect(valuesOf(['', 5, 10])).toEqual(['', 5, 10])
})

it('equal rows stay in their order, also downwards and where only the case differs', () => {
  for (const descending of [false, true])
    expect(order(['a', 'A', 'a', 'A'], descending).map(({ index }) => index)).toEqual([0, 1, 2, 3])
})

it('a text that was not there before finds its place', () => {
  const places = createPlaces()
  const first = places(['b', 'a'], 'en')
  expect(places(['a'], 'en')).toBe(first)
  const next = places(['b', 'a', 'aa'], 'en')
  expect(['b', 'aa', 'a'].sort((x, y) => (next.get(x) ?? 0) - (next.get(y) ?? 0))).toEqual(['a', 'aa', 'b'])
  expect(places(['a'], 'ko')).not.toBe(next)
})
