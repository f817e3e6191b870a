import { describe, expect, it } from 'vitest'
import type { FileSlot } from '../../../../contract/templates.ts'
import { accepts, assignSlots, slotStatus } from '../../../../src/renderer/features/new-job/slots.ts'

const slot = (key: string, accept: string[], min = 1, max = 1): FileSlot => ({
  key,
  label: { en: key },
  class: 'mesh',
  accept,
  min,
  max,
})
const geometry = slot('geometry', ['.geo', '.step'])
const settings = slot('settings', ['.yaml'])
const assign = (slots: FileSlot[], names: string[], present: { name: string; slot?: string }[] = []) =>
  assignSlots(
    slots,
    present,
    names.map((name) => ({ name })),
  )

describe('assigning files to slots', () => {
  it('goes by the ending, whatever its case', () =>
    expect(assign([geometry, settings], ['s.yaml', 'PART.STEP'])).toEqual(['settings', 'geometry']))
  it('leaves what fits nowhere, and what finds its slot full', () =>
    expect(assign([geometry], ['notes.md', 'a.geo', 'b.geo'])).toEqual([undefined, 'geometry', undefined]))
  it('counts the files that are there already', () =>
    expect(assign([geometry], ['b.geo'], [{ name: 'a.geo', slot: 'geometry' }])).toEqual([undefined]))
  it('prefers the longer ending', () =>
    expect(assign([slot('any', ['.gz']), slot('tar', ['.tar.gz'])], ['a.tar.gz', 'b.gz'])).toEqual(['tar', 'any']))
  it('fills a needed slot before an optional one', () =>
    expect(assign([slot('extra', ['.geo'], 0, 9), geometry], ['a.geo', 'b.geo'])).toEqual(['geometry', 'extra']))
  it('uses a slot without endings for what nothing else takes', () =>
    expect(assign([slot('rest', [], 0, 9), geometry], ['a.geo', 'b.bin'])).toEqual(['geometry', 'rest']))
})

describe('slots', () => {
  it('say what they lack and what is too much', () => {
    const status = slotStatus(
      [geometry, slot('loads', ['.csv'], 2, 3)],
      [{ slot: 'geometry', name: 'a' }, { slot: 'geometry', name: 'b' }, { slot: 'loads', name: 'c' }, { name: 'd' }],
    )
    expect(status.map(({ missing, surplus, files }) => [files.length, missing, surplus])).toEqual([
      [2, 0, 1],
      [1, 1, 0],
    ])
  })
  it('accept by name', () => {
    expect(accepts(geometry, 'x.STEP')).toBe(true)
    expect(accepts(geometry, 'x.stepx')).toBe(false)
    expect(accepts(slot('rest', []), 'anything')).toBe(true)
  })
})
