import { describe, expect, it } from 'vitest'
import type { FileSlot } from '../../../../contract/templates.ts'
import { isVersion, rivalries, type Candidate } from '../../../../src/renderer/features/new-job/rivals.ts'

const slot = (key: string, accept: string[], max = 1): FileSlot => ({
  key,
  label: { en: key },
  class: 'mesh',
  accept,
  min: 1,
  max,
})
const mesh = slot('mesh', ['.msh'])
let count = 0
const file = (name: string, more: Partial<Candidate> = {}): Candidate => ({
  id: `c${(count += 1)}`,
  name,
  folder: '',
  size: 1,
  addedAt: `2026-11-21T07:00:${String(count).padStart(2, '0')}Z`,
  ...more,
})
const told = (slots: FileSlot[], files: Candidate[]) =>
  rivalries(slots, files).map(({ slot: { key }, used, spare }) => [
    key,
    used.map(({ name }) => name),
    spare.map(({ name }) => name),
  ])

describe('more files than a slot takes', () => {
  it('are told with those in use and those beside them', () =>
    expect(told([mesh], [file('a.msh', { slot: 'mesh' }), file('b.msh'), file('notes.md')])).toEqual([
      ['mesh', ['a.msh'], ['b.msh']],
    ]))
  it('are no matter while there is room, nor where another slot has them', () => {
    expect(told([mesh], [file('a.msh', { slot: 'mesh' }), file('notes.md')])).toEqual([])
    expect(
      told([mesh, slot('old', ['.msh'])], [file('a.msh', { slot: 'mesh' }), file('b.msh', { slot: 'old' })]),
    ).toEqual([])
    expect(told([slot('many', ['.msh'], 3)], [file('a.msh', { slot: 'many' }), file('b.msh')])).toEqual([])
  })
  it('are told where a slot holds too many itself', () =>
    expect(told([mesh], [file('a.msh', { slot: 'mesh' }), file('b.msh', { slot: 'mesh' })])).toEqual([
      ['mesh', ['a.msh', 'b.msh'], []],
    ]))
  it('are no matter of a slot that takes anything', () =>
    expect(told([slot('rest', [])], [file('a.msh', { slot: 'rest' }), file('b.msh')])).toEqual([]))
  it('count those of the older job, which come first', () => {
    const { addedAt: _none, ...older } = file('old.msh')
    expect(told([mesh], [file('new.msh'), { ...older, slot: 'mesh' }])).toEqual([['mesh', ['old.msh'], ['new.msh']]])
  })
})

it('files of one name and place are versions of each other', () => {
  const [a, b, c] = [file('a.msh'), file('a.msh'), file('a.msh', { folder: 'x' })]
  expect([isVersion(a, [a, b, c]), isVersion(c, [a, b, c])]).toEqual([true, false])
})
