import { describe, expect, it } from 'vitest'
import { comparedFigures, diffLines, inputsByUse, sameFile } from '../../../../src/renderer/features/jobs/compare.ts'
import { toCsv } from '../../../../src/renderer/features/jobs/export.ts'

const file = (name: string, more: object = {}) => ({ name, size: 10, ...more })
const figure = (key: string, value?: number) => ({
  key,
  label: { en: key },
  ...(value === undefined ? {} : { value }),
})
const csv = (value: string | number) => toCsv([{ value }], [{ header: 'h', value: (row) => row.value }])

describe('files of two jobs', () => {
  it('stand beside each other by what they were for', () => {
    const use = [
      ...inputsByUse([file('a.msh', { slot: 'mesh' }), file('b.msh', { slot: 'mesh' }), file('c.yaml')]).keys(),
    ]
    expect(use).toEqual(['mesh', 'mesh 2', 'c.yaml'])
  })
  it('are the same by their digests, else by the upload', () => {
    expect(sameFile(file('a', { digest: '1', uploadId: 'x' }), file('b', { digest: '1', uploadId: 'y' }))).toBe(true)
    expect(sameFile(file('a', { digest: '1', uploadId: 'x' }), file('a', { digest: '2', uploadId: 'x' }))).toBe(false)
    expect(sameFile(file('a', { uploadId: 'x' }), file('a', { uploadId: 'x' }))).toBe(true)
    expect(sameFile(file('a'), file('a'))).toBe(false)
    expect(sameFile(file('a'), undefined)).toBe(false)
  })
})

it('figures say how much they differ', () => {
  const lines = comparedFigures(
    [figure('stress', 200), figure('same', 1), figure('unread')],
    [figure('stress', 250), figure('same', 1), figure('new', 3)],
    ({ label }) => label.en,
    ({ value }) => String(value),
  )
  expect(lines.map(({ key, differs, change }) => [key, differs, change])).toEqual([
    ['stress', true, 0.25],
    ['same', false, undefined],
    ['unread', true, undefined],
    ['new', true, undefined],
  ])
})

describe('scripts', () => {
  it('share what is the same, and mark the rest', () => {
    expect(diffLines('#!/bin/sh\nmesh 5\nsolve', '#!/bin/sh\nmesh 3\nsolve\npost')).toEqual([
      { side: 'both', text: '#!/bin/sh' },
      { side: 'a', text: 'mesh 5' },
      { side: 'b', text: 'mesh 3' },
      { side: 'both', text: 'solve' },
      { side: 'b', text: 'post' },
    ])
  })
  it('that are too long are not worked through', () => expect(diffLines('a\n'.repeat(2000), 'b')).toBeUndefined())
})

describe('a list as a file', () => {
  it('begins with the mark of UTF-8 and ends its lines as the standard asks', () =>
    expect(csv('판')).toBe('\uFEFFh\r\n판\r\n'))
  it('quotes what needs it', () => expect(csv('a,"b"\nc')).toContain('"a,""b""\nc"'))
  it.each(['=cmd()', '+1', '-1', '@x', '\tx'])('makes %j a text and no formula', (value) =>
    expect(csv(value)).toContain(`'${value}`),
  )
  it('leaves numbers numbers', () => expect(csv(-12.5)).toBe('\uFEFFh\r\n-12.5\r\n'))
})
