import { execFileSync } from 'node:child_process'
import { array, assert, constantFrom, oneof, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asOneLine, pathWord, shQuote } from '../../../../src/core/agent-install/quote.ts'

const text = string({ unit: 'binary', maxLength: 60 }).map((value) => value.replaceAll('\0', ''))
const special = array(
  constantFrom(
    "'",
    '"',
    '\\',
    '\n',
    '$(id)',
    '`id`',
    '!',
    '*',
    '~',
    ' ',
    ';',
    '%s',
    '#',
    '{a,b}',
    'x',
    '\\n',
    '\\047',
    '\t',
  ),
).map((parts) => parts.join(''))
const value = oneof(text, special)

/** Lone surrogates do not survive UTF-8, with or without a shell. */
const asBytes = (word: string): string => Buffer.from(word).toString()

describe.each(['dash', 'bash'])('quoted for %s', (shell) => {
  test('any values arrive as they are', () => {
    assert(
      property(array(value, { minLength: 1, maxLength: 20 }), (values) => {
        const script = `printf '%s\\0' ${values.map(shQuote).join(' ')}`
        const printed = execFileSync(shell, ['-c', script], { encoding: 'utf8' })
        expect(printed).toBe(values.map((word) => `${asBytes(word)}\0`).join(''))
      }),
      { numRuns: 60 },
    )
  })

  test('any script is one line and means the same', () => {
    assert(
      property(array(value, { minLength: 1, maxLength: 20 }), (values) => {
        const script = values.map((word) => `printf '%s\\0' ${shQuote(word)}\n`).join('')
        const line = asOneLine(script)
        expect(line).not.toContain('\n')
        const printed = execFileSync(shell, ['-c', line], { encoding: 'utf8' })
        expect(printed).toBe(values.map((word) => `${asBytes(word)}\0`).join(''))
      }),
      { numRuns: 60 },
    )
  })
})

test('a NUL is refused', () => expect(() => shQuote('a\0b')).toThrow(RangeError))

test('a plain path stays bare, any other is quoted', () => {
  expect(pathWord('/home/kim/.local/share/headway/bin/headway-agent')).toBe(
    '/home/kim/.local/share/headway/bin/headway-agent',
  )
  expect(pathWord('/home/kim lee/$x')).toBe("'/home/kim lee/$x'")
})
