import { describe, expect, it } from 'vitest'
import type { Task } from '../../../../contract/task.ts'
import type { FileSlot, Template } from '../../../../contract/templates.ts'
import { dropLabel } from '../../../../src/renderer/features/uploads/drop-store.ts'
import { endedSince, endedText, lookAt } from '../../../../src/renderer/features/uploads/ended.ts'
import { fateOf } from '../../../../src/renderer/features/uploads/fate.ts'
import { fitting } from '../../../../src/renderer/features/uploads/fitting.ts'
import { limitAt, positionOf, readLimit, unlimitedAt } from '../../../../src/renderer/features/uploads/limit.ts'
import { dataOf, joined, secondsKept } from '../../../../src/renderer/features/uploads/traffic-data.ts'
import { upload } from './example.ts'

describe('what became of the bytes', () => {
  const done = { state: 'uploaded', size: 1_000_000, sent: 1_000_000 } as const
  it.each([
    ['is compared first', { state: 'uploading', comparing: true }, 'comparing'],
    ['was there as it is', { ...done, reused: 1_000_000 }, 'there'],
    ['was sent in part', { ...done, reused: 990_000, crossed: 12_000 }, 'part'],
    ['was compressed', { ...done, crossed: 400_000 }, 'compressed'],
    ['was sent whole', { ...done, crossed: 1_000_400 }, undefined],
    ['was hardly compressed', { ...done, crossed: 980_000 }, undefined],
    [
      'takes what is there while it goes on',
      { state: 'uploading', size: 100, sent: 60, reused: 50, crossed: 10 },
      'partSoFar',
    ],
    ['has not begun', { state: 'queued', size: 100 }, undefined],
    ['is one of many small ones', { state: 'uploaded', size: 5000, sent: 5000, crossed: 12 }, undefined],
    ['is empty', { state: 'uploaded', size: 0 }, undefined],
  ] as const)('%s', (_name, more, fate) => expect(fateOf(upload(more))).toBe(fate))
})

describe('the limit', () => {
  it('stops where the slider was left', () => {
    for (let position = 0; position < unlimitedAt; position += 1) expect(positionOf(limitAt(position))).toBe(position)
    expect(limitAt(unlimitedAt)).toBe(0)
    expect(positionOf(0)).toBe(unlimitedAt)
  })
  it('stands at the nearest stop, by its logarithm', () => {
    expect(limitAt(positionOf(2_300_000))).toBe(2_000_000)
    expect(limitAt(positionOf(12))).toBe(limitAt(0))
    expect(limitAt(positionOf(90_000_000_000))).toBe(1_000_000_000)
  })
  it('is read from what was typed', () => {
    expect(readLimit('2.5')).toBe(2_500_000)
    expect(readLimit(40)).toBe(40_000_000)
    for (const wrong of ['', 'abc', 0, -3, 0.01, 200_000]) expect(readLimit(wrong)).toBeUndefined()
  })
})

describe('the course of the speed', () => {
  it('grows at its end and forgets its beginning', () => {
    const traffic = { samples: Array.from({ length: secondsKept }, (_none, index) => index), connections: 2, limit: 0 }
    const next = joined(traffic, { samples: [999], connections: 3, limit: 5 })
    expect(next.samples).toHaveLength(secondsKept)
    expect([next.samples[0], next.samples.at(-1), next.connections, next.limit]).toEqual([1, 999, 3, 5])
  })
  it('ends now, and has no line for a limit far above it', () => {
    const [x, y, line] = dataOf([10, 20], 50)
    expect([x.length, x.at(-1), y?.at(-1), y?.at(-2), y?.at(-3)]).toEqual([secondsKept, 0, 20, 10, null])
    expect(line?.at(-1)).toBe(50)
    expect(dataOf([10, 20], 500)[2]?.at(-1)).toBeNull()
    expect(dataOf([], 0)[2]?.at(-1)).toBeNull()
  })
})

const task = (id: string, state: Task['state'], more: Partial<Task> = {}): Task => ({
  id,
  kind: 'upload',
  site: 's',
  title: `${id}.msh`,
  state,
  createdAt: '2026-11-21T07:00:00Z',
  updatedAt: '2026-11-21T07:00:00Z',
  can: { pause: false, resume: false, cancel: false, retry: false },
  ...more,
})

describe('forms that have ended', () => {
  const since = '2026-11-21T08:00:00Z'
  it('are those that were under way and are so no more, unless they were cancelled', () => {
    const before = lookAt([task('a', 'running'), task('b', 'waiting'), task('c', 'paused'), task('d', 'done')], 's')
    const now = [task('a', 'done'), task('b', 'failed'), task('c', 'cancelled'), task('d', 'done')]
    expect(endedSince(before, since, now, 's')).toEqual([
      { id: 'a', title: 'a.msh', failed: false, at: '2026-11-21T07:00:00Z' },
      { id: 'b', title: 'b.msh', failed: true, at: '2026-11-21T07:00:00Z' },
    ])
  })
  it('are those too that ended before anybody saw them under way, and none of an earlier time', () => {
    const later = { updatedAt: '2026-11-21T08:00:01Z' }
    const before = lookAt([task('again', 'done')], 's')
    const now = [task('again', 'done', later), task('fast', 'done', later), task('old', 'done')]
    expect(endedSince(before, since, now, 's').map(({ id }) => id)).toEqual(['again', 'fast'])
    expect(endedSince(lookAt(now, 's'), since, now, 's')).toEqual([])
  })
  it('are told in one line, of a failure first', () => {
    const one = { id: 'a', title: 'a.msh', failed: false, at: '' }
    const bad = { ...one, title: 'b.msh', failed: true }
    expect(endedText([one], 'en')).toBe('a.msh: uploaded')
    expect(endedText([one, one], 'ko')).toBe('업로드 2건 완료')
    expect(endedText([one, bad, one], 'en')).toBe('b.msh: not everything could be uploaded')
  })
  it('are of uploads and of this site alone', () => {
    const tasks = [task('a', 'running', { kind: 'download' }), task('b', 'running', { site: 'other' })]
    expect(lookAt(tasks, 's').size).toBe(0)
    const ended = tasks.map((one) => ({ ...one, state: 'done' as const, updatedAt: '2026-11-21T09:00:00Z' }))
    expect(endedSince(new Map(), since, ended, 's')).toEqual([])
  })
})

const slot = (key: string, accept: string[], min = 1): FileSlot => ({
  key,
  label: { en: key },
  class: 'mesh',
  accept,
  min,
  max: 1,
})
const template = (id: string, files: FileSlot[], desktop = false) =>
  ({ id, files, ...(desktop ? { desktop: {} } : {}) }) as unknown as Template

it('templates stand by what they take of the files', () => {
  const fits = fitting(
    [
      template('wire', []),
      template('half', [slot('mesh', ['.msh']), slot('settings', ['.yaml'])]),
      template('plate', [slot('mesh', ['.msh'])]),
      template('viewer', [slot('mesh', ['.msh'])], true),
    ],
    [upload({ name: 'plate.msh' }), upload({ name: 'notes.md' })],
  )
  expect(fits.map(({ template: { id }, taken, whole }) => [id, taken, whole])).toEqual([
    ['plate', 1, true],
    ['half', 1, false],
    ['wire', 0, false],
  ])
})

it('a drop has a label that is readable and never twice the same', () => {
  const now = new Date(2026, 10, 29, 9, 5)
  expect(dropLabel(now, '3f9c2a1b')).toBe('files-20261129-0905-3f9c')
  expect(dropLabel(now, 'aaaa')).not.toBe(dropLabel(now, 'bbbb'))
})
