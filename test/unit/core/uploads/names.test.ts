import { describe, expect, it } from 'vitest'
import { nameRefusal } from '../../../../src/core/uploads/names.ts'

describe('names', () => {
  it.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['..', 'traversal'],
    ['../etc', 'traversal'],
    ['a\\b', 'traversal'],
    ['a\0b', 'control-character'],
    ['safe\u202etxt.exe', 'control-character'],
    ['\ud800', 'control-character'],
    ['x'.repeat(256), 'too-long'],
    ['가'.repeat(86), 'too-long'],
    ['.upload-1.part', 'reserved'],
  ])('refuses %j: %s', (name, reason) => {
    expect(nameRefusal(name, '')).toBe(reason)
    expect(nameRefusal('mesh.msh', `dropped/${name}`)).toBe(name === '../etc' ? 'traversal' : reason)
  })

  it('takes what file systems take', () => {
    for (const name of ['브래킷 (2).geo', '.hidden', 'a'.repeat(255), '…', 'x.part']) {
      expect(nameRefusal(name, '')).toBeUndefined()
    }
    expect(nameRefusal('mesh.msh', Array(32).fill('a').join('/'))).toBeUndefined()
    expect(nameRefusal('mesh.msh', Array(33).fill('a').join('/'))).toBe('too-long')
  })
})
