import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Parameter } from '../../../../contract/templates.ts'
import {
  checkParameter,
  checkParameters,
  defaultRaw,
  groupParameters,
  numberText,
  parseNumber,
  rawOf,
  shortNumber,
  stepNumber,
} from '../../../../src/renderer/features/new-job/parameters.ts'

const label = { en: 'Load' }
type NumberParameter = Extract<Parameter, { type: 'number' | 'integer' }>
const number = (more: Partial<NumberParameter> = {}): NumberParameter => ({
  key: 'load',
  label,
  type: 'number',
  minimum: 1,
  maximum: 100,
  ...more,
})
const inGroup = (key: string, en: string): Parameter => ({ key, label, type: 'boolean', group: { en } })
const problem = (parameter: Parameter, raw: string | boolean) => checkParameter(parameter, raw).problem?.kind
const value = (parameter: Parameter, raw: string | boolean) => checkParameter(parameter, raw).value

describe('numbers as they are typed', () => {
  it.each([
    ['42', 42],
    [' 4.20 ', 4.2],
    ['.5', 0.5],
    ['5.', 5],
    ['-1e-3', -0.001],
    ['2.1E5', 210_000],
    ['４２．５', 42.5],
  ])('%j is %d', (text, expected) => expect(parseNumber(text)).toBe(expected))

  it.each(['', 'abc', '1,5', '1 000', '0x10', 'Infinity', 'NaN', '1e999', '--1', '1e', '٤٢'])('%j is none', (text) =>
    expect(parseNumber(text)).toBeUndefined(),
  )

  it('reads back every number it writes', () =>
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
        expect(parseNumber(numberText(x))).toBe(x === 0 ? Number(String(x)) : x)
      }),
    ))
})

describe('a number', () => {
  it('keeps to its range, ends included', () => {
    expect(value(number(), '1')).toBe(1)
    expect(value(number(), '100')).toBe(100)
    expect(checkParameter(number(), '0.999').problem).toEqual({ kind: 'minimum', limit: 1 })
    expect(checkParameter(number(), '100.001').problem).toEqual({ kind: 'maximum', limit: 100 })
  })
  it('says what is wrong with a comma', () => {
    expect(problem(number(), '1,5')).toBe('comma')
    expect(problem(number(), 'much')).toBe('not-a-number')
  })
  it('is whole where the template says integer', () => {
    const integer = number({ type: 'integer' })
    expect(problem(integer, '2.5')).toBe('not-integer')
    expect(value(integer, '2e1')).toBe(20)
  })
  it('may be left empty only where it is optional', () => {
    expect(problem(number(), '  ')).toBe('required')
    expect(checkParameter(number({ required: false }), '')).toEqual({})
  })
  it('moves by its step without binary crumbs and stays in range', () => {
    expect(stepNumber(number({ minimum: 0, step: 0.1 }), '0.2', 1)).toBe('0.3')
    expect(stepNumber(number({ step: 10 }), '95', 1)).toBe('100')
    expect(stepNumber(number(), '5', 1)).toBe('5')
  })
})

describe('other kinds', () => {
  it('a choice is one of its values', () => {
    const choice: Parameter = { key: 'm', label, type: 'choice', choices: [{ value: 's275', label }] }
    expect(value(choice, 's275')).toBe('s275')
    expect(problem(choice, 'wood')).toBe('choice')
  })
  it('a text counts characters, not code units', () => {
    const text: Parameter = { key: 't', label, type: 'string', maxLength: 2 }
    expect(value(text, '𝛑𝛑')).toBe('𝛑𝛑')
    expect(checkParameter(text, '한글자').problem).toEqual({ kind: 'too-long', limit: 2 })
  })
  it('a pattern of a template is left to the agent', () => {
    const evil: Parameter = { key: 't', label, type: 'string', pattern: '(a+)+$' }
    expect(value(evil, `${'a'.repeat(40)}!`)).toBe(`${'a'.repeat(40)}!`)
  })
  it('a switch always has a value', () => {
    const flag: Parameter = { key: 'b', label, type: 'boolean' }
    expect(value(flag, defaultRaw(flag))).toBe(false)
  })
})

describe('a form', () => {
  const flag: Parameter = { key: 'flag', label, type: 'boolean', default: true }
  it('collects what fits and what does not', () => {
    const { values, problems } = checkParameters([number(), flag], { load: '500', flag: true })
    expect(values).toEqual({ flag: true })
    expect([...problems.keys()]).toEqual(['load'])
  })
  it('shows the values of an older job, and defaults where it had none', () => {
    expect(rawOf(number({ default: 7 }), 42.5)).toBe('42.5')
    expect(rawOf(number({ default: 7 }), undefined)).toBe('7')
    expect(rawOf(flag, false)).toBe(false)
  })
  it('groups parameters in the order of the template', () => {
    const groups = groupParameters([inGroup('a', 'Mesh'), number(), inGroup('c', 'Mesh')])
    expect(groups.map((each) => [each.group?.en, each.parameters.map(({ key }) => key)])).toEqual([
      ['Mesh', ['a', 'c']],
      [undefined, ['load']],
    ])
  })
  it('writes long limits short', () => {
    expect([0.8, 100_000, 1e9, -1e9, 1e-6].map(shortNumber)).toEqual(['0.8', '100000', '1e9', '−1e9', '1e-6'])
  })
})
