import { describe, expect, it } from 'vitest'
import { classHeading, groupByClass } from '../../../../src/renderer/features/uploads/groups.ts'
import {
  canPause,
  canResume,
  fractionOf,
  hasChanged,
  isRefused,
  needsFile,
  progressOf,
  secondsLeft,
  wasThere,
} from '../../../../src/renderer/features/uploads/progress.ts'
import { upload } from './example.ts'

describe('groups by class', () => {
  it('stand in one order, files by folder and name with numbers as numbers', () => {
    const groups = groupByClass([
      upload({ class: 'config', name: 's.yaml', size: 5 }),
      upload({ name: 'part10.msh' }),
      upload({ name: 'Part2.msh', size: 50 }),
      upload({ name: 'a.msh', folder: 'z' }),
    ])
    expect(groups.map((group) => [group.fileClass, group.bytes, group.uploads.map(({ name }) => name)])).toEqual([
      ['mesh', 250, ['Part2.msh', 'part10.msh', 'a.msh']],
      ['config', 5, ['s.yaml']],
    ])
  })
  it('have the headings that scripts look for', () => expect(classHeading('mesh', 1)).toBe('MESH Files (1)'))
})

describe('progress', () => {
  it('adds up what counts: no cancelled files, of failed ones only the number', () => {
    const sum = progressOf([
      upload({ state: 'uploaded', size: 40, sent: 40 }),
      upload({ size: 60, sent: 20, bytesPerSecond: 10 }),
      upload({ state: 'paused', size: 100, sent: 50, bytesPerSecond: 99 }),
      upload({ state: 'failed', size: 1000, sent: 10 }),
      upload({ state: 'cancelled', size: 1000 }),
    ])
    expect(sum).toEqual({
      count: 4,
      uploaded: 1,
      failed: 1,
      bytes: 200,
      sent: 110,
      bytesPerSecond: 10,
      secondsLeft: 9,
    })
  })
  it('promises no time where nothing moves or nothing is left', () => {
    expect(secondsLeft(10, 100, 0)).toBeUndefined()
    expect(secondsLeft(100, 100, 5)).toBeUndefined()
    expect(secondsLeft(50, 100, 5)).toBe(10)
  })
  it('of an empty file is none, then whole', () => {
    expect(fractionOf(upload({ size: 0 }))).toBe(0)
    expect(fractionOf(upload({ size: 0, state: 'uploaded' }))).toBe(1)
  })
})

describe('what can be done with an upload', () => {
  const tooLarge = upload({
    state: 'failed',
    error: { code: 'FILE_TOO_LARGE', data: { name: 'a', size: 2, limit: 1 }, message: '' },
  })
  const cut = upload({ state: 'failed', error: { code: 'OFFLINE', data: { site: 's' }, message: '' } })
  const detached = upload({ state: 'waiting', wait: 'file' })
  it('a refused one cannot go on, a failed one can', () => {
    expect([isRefused(tooLarge), canResume(tooLarge)]).toEqual([true, false])
    expect([isRefused(cut), canResume(cut)]).toEqual([false, true])
  })
  it('one whose file is gone needs it again', () => {
    expect(needsFile(detached)).toBe(true)
    expect(needsFile(upload({ state: 'waiting', wait: 'network' }))).toBe(false)
  })
  it('one that changed while it was sent goes on as its new version', () => {
    const changed = upload({ state: 'failed', error: { code: 'FILE_CHANGED', data: { name: 'a' }, message: '' } })
    expect([hasChanged(changed), canResume(changed), hasChanged(cut)]).toEqual([true, true, false])
  })
  it('one that the cluster had is told from one that was sent', () => {
    expect(wasThere(upload({ state: 'uploaded', sent: 100, reused: 100 }))).toBe(true)
    expect(wasThere(upload({ state: 'uploaded', sent: 100, reused: 99, crossed: 1 }))).toBe(false)
    expect(wasThere(upload({ state: 'uploaded', size: 0 }))).toBe(false)
  })
  it('only what is under way can be paused', () => {
    expect(canPause(upload())).toBe(true)
    expect(canPause(upload({ state: 'verifying' }))).toBe(false)
    expect(canPause(upload({ state: 'uploaded' }))).toBe(false)
  })
})
