import { Value } from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { OutboxAction, OutboxWhen } from '../../../../contract/outbox.ts'
import type { Job } from '../../../../contract/jobs.ts'
import { rowsOfDifferences } from '../../../../src/renderer/features/outbox/differences.ts'
import { isNews, sentText } from '../../../../src/renderer/features/outbox/sent.ts'
import { storyOf } from '../../../../src/renderer/features/outbox/story.ts'
import { withSuggestion } from '../../../../src/renderer/features/outbox/suggestion.ts'
import { checkWhen, localTime, nextEvening, plainWhen, rawWhen } from '../../../../src/renderer/features/outbox/when.ts'
import { entryWith, submit } from './example.ts'

const now = new Date(2026, 10, 29, 9, 30).getTime()
const wrong = (notBefore: string, startWithin: string) => [
  ...checkWhen({ notBefore, network: '', startWithin }, now).problems,
]
const at = (minute: number) => `2026-11-29T09:${String(minute).padStart(2, '0')}:00Z`

describe('conditions of sending', () => {
  it('are none where nothing is filled in', () =>
    expect(checkWhen(plainWhen, now)).toEqual({ when: {}, problems: new Set() }))
  it('survive editing', () => {
    const when = { notBefore: new Date(2026, 10, 29, 20).toISOString(), network: '10.0.0.0/8', startWithinMinutes: 60 }
    const checked = checkWhen(rawWhen(when), now)
    expect(checked).toEqual({ when, problems: new Set() })
    expect(Value.Check(OutboxWhen, checked.when)).toBe(true)
  })
  it('are no time that has passed, and no odd number of minutes', () => {
    expect(wrong('2026-11-29T09:29', '')).toEqual(['notBefore'])
    expect(wrong('2026-11-29T', '')).toEqual(['notBefore'])
    for (const minutes of ['0', '1.5', '-3', '1e3', '43201']) expect(wrong('', minutes)).toEqual(['startWithin'])
    expect(wrong('2026-11-29T09:31', ' 60 ')).toEqual([])
  })
  it('offer the next evening, also in the evening', () => {
    expect(localTime(nextEvening(new Date(2026, 10, 29, 9, 30)))).toBe('2026-11-29T20:00')
    expect(localTime(nextEvening(new Date(2026, 10, 30, 20, 0)))).toBe('2026-12-01T20:00')
  })
})

describe('the story of an entry', () => {
  it('goes on with the job that came of it', () => {
    const story = [
      { at: at(1), what: 'queued' as const },
      { at: at(2), what: 'done' as const },
    ]
    const job = { startedAt: at(3), endedAt: at(4), state: 'completed' } as Job
    expect(storyOf({ story }, job).map(({ what }) => what)).toEqual(['queued', 'done', 'job.started', 'job.ended'])
    expect(storyOf({ story }, undefined)).toHaveLength(2)
  })
  it('says the same thing once, and another wait again', () => {
    const waiting = (minute: number, wait: 'network' | 'files') => ({ at: at(minute), what: 'waiting' as const, wait })
    const story = [waiting(1, 'network'), waiting(2, 'network'), waiting(3, 'files'), waiting(4, 'network')]
    expect(storyOf({ story }, undefined).map((line) => line.at)).toEqual([at(1), at(3), at(4)])
  })
})

describe('differences of a template', () => {
  it('of an object are the fields that are not the same', () =>
    expect(
      rowsOfDifferences([
        {
          part: 'parameter',
          key: 'load',
          before: '{"label":{"en":"Load","ko":"하중"},"default":5,"unit":"N"}',
          after: '{"label":{"en":"Force","ko":"하중"},"default":7,"minimum":1,"unit":"N"}',
        },
      ]),
    ).toEqual([
      { part: 'parameter', key: 'load', field: 'label.en', before: 'Load', after: 'Force' },
      { part: 'parameter', key: 'load', field: 'default', before: '5', after: '7' },
      { part: 'parameter', key: 'load', field: 'minimum', after: '1' },
    ]))
  it('of what is new or gone are all of it, line by line', () =>
    expect(rowsOfDifferences([{ part: 'files', key: 'mesh', before: '{"min":1,"accept":[".msh"]}' }])).toEqual([
      { part: 'files', key: 'mesh', before: 'min: 1\naccept: [".msh"]' },
    ]))
  it('of a text are the text', () => {
    const script = { part: 'script' as const, before: 'echo {1}', after: '[1]' }
    expect(rowsOfDifferences([script])).toEqual([script])
  })
})

describe('a suggested value', () => {
  it('is taken over as its type', () => {
    for (const [suggestion, path] of [
      [{ field: 'timeMinutes', value: 10 }, ['resources', 'timeMinutes', 10]],
      [{ field: 'partition', value: 'gpu' }, ['resources', 'partition', 'gpu']],
      [{ field: 'qos', value: 'short' }, ['options', 'qos', 'short']],
    ] as const) {
      const action = withSuggestion(submit(), suggestion)
      const [group, key, value] = path
      expect(action).toMatchObject({ submission: { [group]: { [key]: value } } })
      expect(Value.Check(OutboxAction, action)).toBe(true)
    }
  })
  it('is nothing to what is no submission', () =>
    expect(withSuggestion({ kind: 'remove-template', id: 't' }, { field: 'nodes', value: 1 })).toBeUndefined())
})

describe('what became of all that waited', () => {
  const sent = { at: '2026-11-29T11:44:00Z', done: 12, needsYou: 1, failed: 0 }
  it('is one line', () => {
    expect(sentText(sent, 'en')).toBe('Outbox: 12 sent, 1 needs you')
    expect(sentText({ ...sent, needsYou: 2, failed: 3 }, 'en')).toBe('Outbox: 12 sent, 2 need you, 3 failed')
    expect(sentText(sent, 'ko')).toBe('보낼 작업: 12개 보냄, 1개 응답 필요')
  })
  it('is no news a day later, nor where nothing happened', () => {
    const at = Date.parse(sent.at)
    expect(isNews(sent, at + 1000)).toBe(true)
    expect(isNews(sent, at + 25 * 3_600_000)).toBe(false)
    expect(isNews({ ...sent, done: 0, needsYou: 0 }, at)).toBe(false)
  })
})

describe('the example', () => {
  it('is an entry of the contract', async () => {
    const { OutboxEntry } = await import('../../../../contract/outbox.ts')
    expect(Value.Check(OutboxEntry, entryWith())).toBe(true)
  })
})
