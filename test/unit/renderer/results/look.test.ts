import { describe, expect, it } from 'vitest'
import { previewKinds, selectionPath, shownName } from '../../../../src/renderer/features/results/kinds.ts'

describe('a file in the list', () => {
  it.each([
    ['a.FRD', ['mesh', 'text']],
    ['a.csv', ['table', 'text']],
    ['a.svg', ['image']],
    ['a.log', ['text']],
    ['README', ['text']],
    ['a.tar.gz', []],
    ['a.odb', []],
  ])('%s is looked at as %j', (path, kinds) => expect(previewKinds({ path, kind: 'file', size: 1 })).toEqual(kinds))
  it('is not looked at where it is a folder or empty', () => {
    expect(previewKinds({ path: 'a.csv', kind: 'folder', size: 0 })).toEqual([])
    expect(previewKinds({ path: 'a.csv', kind: 'file', size: 0 })).toEqual([])
  })
  it('cannot look like another by characters that are not seen', () => {
    expect(shownName('a\u202egpj.exe')).toBe('a�gpj.exe')
    expect(shownName('a\nb\u200b')).toBe('a�b�')
    expect(shownName('한글 <b>.txt')).toBe('한글 <b>.txt')
  })
  it('is told from a folder in a selection', () => {
    const entry = { path: 'a', size: 0, modifiedAt: '', class: 'other', main: false } as const
    expect(selectionPath({ ...entry, kind: 'folder' })).toBe('a/')
    expect(selectionPath({ ...entry, kind: 'file' })).toBe('a')
  })
})
