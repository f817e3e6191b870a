import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchesList, matchesPattern } from '../../../../../src/core/ssh/known-hosts/patterns.ts'

const letters = (of: string) => fc.string({ unit: fc.constantFrom(...Array.from(of)), maxLength: 12 })

describe('patterns', () => {
  it('match as a regular expression made of them does', () => {
    fc.assert(
      fc.property(letters('ab.'), letters('ab.*?'), (text, pattern) => {
        const source = pattern
          .replaceAll('.', String.raw`\.`)
          .replaceAll('*', '.*')
          .replaceAll('?', '.')
        expect(matchesPattern(text, pattern)).toBe(new RegExp(`^${source}$`).test(text))
      }),
      { numRuns: 3000 },
    )
  })

  it('take no time that grows without bound', () => {
    expect(matchesPattern('a'.repeat(5000), `${'*a'.repeat(500)}b`)).toBe(false)
  })

  it('in a list match when one does and none negated', () => {
    expect(matchesList('a.example', '*.example')).toBe(true)
    expect(matchesList('a.example', 'b,*.example,!a.*')).toBe(false)
    expect(matchesList('a.example', '!a.*,*.example')).toBe(false)
    expect(matchesList('a.example', '!b')).toBe(false)
    expect(matchesList('', '')).toBe(true)
  })
})
