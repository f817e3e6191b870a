import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../../../agent/src/kit/failure.ts'
import { MAX_NAME_BYTES, partialName, storedFolder, storedName } from '../../../../agent/src/user-files/index.ts'

function reasonOf(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    if (error instanceof Failure && error.code === 'NAME_REFUSED') return error.details?.['reason']
    throw error
  }
  return undefined
}

describe('names as they are stored', () => {
  it('composes what macOS sends decomposed', () => {
    const nfd = '브라켓 메시.msh'.normalize('NFD')
    expect(nfd).not.toBe('브라켓 메시.msh')
    expect(storedName(nfd)).toBe('브라켓 메시.msh')
    expect(storedFolder(`${'모델'.normalize('NFD')}/a`)).toBe('모델/a')
  })

  it.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['..', 'traversal'],
    ['.', 'traversal'],
    ['../etc/passwd', 'traversal'],
    ['a\\b', 'traversal'],
    ['a\0.msh', 'control-character'],
    ['a\nb', 'control-character'],
    ['a\u202egpj.exe', 'control-character'],
    ['\ud800.msh', 'control-character'],
    ['a'.repeat(300), 'too-long'],
    ['가'.repeat(86), 'too-long'],
    [partialName('1'), 'reserved'],
  ])('refuses %j as %s', (name, reason) => {
    expect(reasonOf(() => storedName(name))).toBe(reason)
  })

  it('counts bytes of the composed form, not characters', () => {
    expect(storedName('가'.repeat(85).normalize('NFD'))).toBe('가'.repeat(85))
  })

  it.each(['/etc', 'a//b', 'a/../b', 'a/', 'a/\0'])('refuses the folder %j', (folder) => {
    expect(reasonOf(() => storedFolder(folder))).toBeTypeOf('string')
  })

  it('takes the top folder and refuses hundreds of levels', () => {
    expect(storedFolder('')).toBe('')
    expect(reasonOf(() => storedFolder(Array.from({ length: 300 }, () => 'a').join('/')))).toBe('too-long')
  })

  it('either refuses, or gives one safe segment that is stored unchanged the next time', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ unit: fc.constantFrom('.', '/', '\\', '\0', 'a', '가', '\u0301', '\u202e', ' '), maxLength: 12 }),
    )
    fc.assert(
      fc.property(anything, (name) => {
        let stored: string
        try {
          stored = storedName(name)
        } catch (error) {
          expect(error).toBeInstanceOf(Failure)
          return
        }
        expect(storedName(stored)).toBe(stored)
        expect(stored).toBe(name.normalize('NFC'))
        expect(Buffer.byteLength(stored)).toBeLessThanOrEqual(MAX_NAME_BYTES)
        expect(['', '.', '..']).not.toContain(stored)
        expect(/[/\\\0\n\r]/.test(stored)).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })
})
