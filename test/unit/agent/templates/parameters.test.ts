import { expect, test } from 'vitest'
import type { Parameter, ParameterValues } from '../../../../contract/templates.ts'
import { fittingParameters, parameterSchema } from '../../../../agent/src/templates/parameters.ts'
import { boundedPattern, matchesWhole, PatternTooSlow } from '../../../../agent/src/templates/patterns.ts'

const label = { en: 'x' }
const parameters: Parameter[] = [
  { key: 'size', label, type: 'number', minimum: 0.5, maximum: 10, default: 3 },
  { key: 'steps', label, type: 'integer', minimum: 1 },
  {
    key: 'kind',
    label,
    type: 'choice',
    choices: [
      { value: 'a', label },
      { value: 'b', label },
    ],
    default: 'a',
  },
  { key: 'word', label, type: 'string', pattern: '[a-z]+', maxLength: 5, required: false },
  { key: 'flag', label, type: 'boolean', default: false },
]
const fit = (values: ParameterValues) => fittingParameters(parameters, values)

test('defaults are filled in and what is given is kept', () => {
  expect(fit({ steps: 4 })).toEqual({ size: 3, steps: 4, kind: 'a', flag: false })
  expect(fit({ steps: 4, size: 0.5, kind: 'b', word: 'abc', flag: true })).toMatchObject({ size: 0.5, word: 'abc' })
})

const refused: [ParameterValues, string, RegExp][] = [
  [{}, 'steps', /is missing/],
  [{ steps: 1, size: 10.1 }, 'size', /at most 10/],
  [{ steps: 1, size: 0 }, 'size', /at least 0.5/],
  [{ steps: 1.5 }, 'steps', /an integer/],
  [{ steps: '1' }, 'steps', /an integer/],
  [{ steps: 1, kind: 'c' }, 'kind', /one of a, b/],
  [{ steps: 1, word: 'ABC' }, 'word', /must match/],
  [{ steps: 1, word: 'abc\nx' }, 'word', /must match/],
  [{ steps: 1, word: 'abcdef' }, 'word', /at most 5/],
  [{ steps: 1, flag: 'yes' }, 'flag', /boolean/],
  [{ steps: 1, other: 1 }, 'other', /not a parameter/],
]
test.each(refused)('%j is refused', (values, parameter, reason) => {
  expect(() => fit(values)).toThrow(
    expect.objectContaining({
      code: 'PARAMETER_INVALID',
      details: { parameter, reason: expect.stringMatching(reason) as string },
    }) as Error,
  )
})

test('the schema says what forms need', () => {
  expect(parameterSchema(parameters)).toMatchObject({
    required: ['size', 'steps', 'kind', 'flag'],
    additionalProperties: false,
    properties: { size: { type: 'number', minimum: 0.5, maximum: 10 }, kind: { enum: ['a', 'b'] } },
  })
})

test('a pattern that backtracks for ever is stopped, and matches nothing', () => {
  const began = Date.now()
  const evil = '(a+)+$'
  const victim = `${'a'.repeat(60)}!`
  expect(() => boundedPattern(evil).exec([victim])).toThrow(PatternTooSlow)
  expect(matchesWhole('(a+)+', victim)).toBe(false)
  expect(Date.now() - began).toBeLessThan(2000)
  expect(boundedPattern('(?<x>\\d+) (\\S+)').exec(['12 a', 'none'])[0]?.groups?.['x']).toBe('12')
})
