import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { solverNumber } from '../../../../agent/src/convergence/numbers.ts'

test.each([
  ['1', 1],
  ['-1.5e-05', -1.5e-5],
  ['.5', 0.5],
  ['3.', 3],
  ['1.0D-05', 1e-5],
  ['-2.5d+03', -2500],
  ['1.0-105', 1e-105],
  ['1.0+105', 1e105],
  ['nan', NaN],
  ['-nan', NaN],
  ['NaN', NaN],
  ['-nan(ind)', NaN],
  ['1.#QNAN', NaN],
  ['-1.#IND', NaN],
  ['-1.#IND00', NaN],
  ['**********', NaN],
  ['inf', Infinity],
  ['-Infinity', -Infinity],
  ['1.#INF', Infinity],
  ['-1.#INF000', -Infinity],
])('%s', (text, value) => expect(solverNumber(text)).toBe(value))

test.each(['', 'abc', '1.2.3', '12:30', '0x10', '1e', '--1', '1,5', '1'.repeat(65), 'nano', '*'])(
  '"%s" is none',
  (text) => expect(solverNumber(text)).toBeUndefined(),
)

test('whatever JavaScript prints', () =>
  fc.assert(
    fc.property(fc.double(), (value) => {
      // Of negative zero the text has lost its sign.
      expect(solverNumber(String(value))).toBe(Number(String(value)))
    }),
  ))
