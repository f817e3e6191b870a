import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { OutboxAction, OutboxQuestion, OutboxWait } from '../../../../contract/outbox.ts'
import { keyOf, type OutboxRecord } from '../../../../src/core/outbox/record.ts'
import type { Standing } from '../../../../src/core/outbox/standing.ts'
import * as steps from '../../../../src/core/outbox/steps.ts'
import { viewOf } from '../../../../src/core/outbox/view.ts'

const start = Date.parse('2026-11-29T08:00:00.000Z')
const error: AppErrorValue = { code: 'CONFLICT', data: { reason: 'no' }, message: 'No.' }
const submit: OutboxAction = {
  kind: 'submit',
  submission: {
    name: 'plate',
    templateId: 'bracket',
    templateVersion: 1,
    parameters: { load: 5 },
    resources: { nodes: 1, tasks: 1, timeMinutes: 5 },
    options: { dependencies: [{ type: 'afterok', submission: 'other' }] },
  },
  uploads: [{ id: 'u' }],
}
const cancel: OutboxAction = { kind: 'change', ids: ['7'], change: { action: 'cancel' } }
const questions: OutboxQuestion[] = [
  { kind: 'template-changed', from: 1, to: 2, differences: [{ part: 'parameter', key: 'load', before: '1' }] },
  { kind: 'template-gone', template: 'bracket' },
  { kind: 'checks', checks: [] },
  { kind: 'files', files: [{ upload: 'u', name: 'u' }] },
  { kind: 'dependency', entry: 'other', title: 'other', why: 'deleted' },
]

/** What a user can do with an entry, and what the list says of it. */
const choices = {
  hold: steps.hold,
  release: steps.release,
  edit: (record: OutboxRecord, at: string) => steps.edit(record, at, { action: record.action }),
  retry: steps.retry,
} as const
type Step = (record: OutboxRecord, at: string) => OutboxRecord | undefined

/** Steps of the sender's, each only where it takes them. */
const going =
  (sent: boolean | undefined, step: (record: OutboxRecord, at: string) => OutboxRecord | undefined): Step =>
  (record, at) =>
    record.phase === 'queued' && (sent === undefined || record.sent === sent) ? step(record, at) : undefined
/** There are no questions about anything else. */
const ofSubmission =
  (step: Step): Step =>
  (record, at) =>
    record.action.kind === 'submit' ? step(record, at) : undefined
const waits: (OutboxWait | undefined)[] = [undefined, 'network', 'sign-in', 'files', 'turn', 'server-limit']

const step: fc.Arbitrary<{ name: string; take: Step }> = fc.oneof(
  ...Object.entries(choices).map(([name, take]) => fc.constant({ name, take })),
  fc.constantFrom(...questions).map((question) => ({
    name: `ask ${question.kind}`,
    take: ofSubmission(going(false, (record, at) => steps.ask(record, at, question))),
  })),
  fc.constantFrom(...questions).map((question) => ({
    name: `accept ${question.kind}`,
    take: ofSubmission((record, at) => steps.accept(record, at, record.question ?? question)),
  })),
  fc.constantFrom(...waits).map((wait) => ({
    name: `wait for ${wait}`,
    take: going(undefined, (record, at) => steps.waiting(record, at, wait)),
  })),
  fc.constantFrom(
    { name: 'files', take: going(undefined, (record, at) => steps.filesReady(record, at, [{ uploadId: 'a' }])) },
    { name: 'send', take: going(undefined, steps.sending) },
    { name: 'no answer', take: going(true, steps.answerLost) },
    { name: 'not taken', take: going(true, (record) => steps.notTaken(record, false)) },
    { name: 'not taken, an earlier one perhaps', take: going(true, (record) => steps.notTaken(record, true)) },
    { name: 'done', take: going(true, (record, at) => steps.done(record, at, { jobId: '1' })) },
    { name: 'refused', take: going(undefined, (record, at) => steps.fail(record, at, error, false)) },
    { name: 'in doubt', take: going(true, (record, at) => steps.fail(record, at, error, true)) },
  ),
)
const standings: (Standing | undefined)[] = [
  undefined,
  { ready: true },
  { ready: false, wait: 'dependency', waitsFor: ['other'] },
  ...questions.slice(3).map((question): Standing => ({ ready: false, question })),
]

const fresh = (action: OutboxAction, held: boolean): OutboxRecord => ({
  id: 'e',
  change: 'c',
  site: 's',
  siteName: 'here',
  user: 'jin',
  action,
  when: {},
  rank: 1,
  phase: held ? 'held' : 'queued',
  sent: false,
  round: 0,
  story: [{ at: new Date(start).toISOString(), what: held ? 'held' : 'queued' }],
  createdAt: new Date(start).toISOString(),
  updatedAt: new Date(start).toISOString(),
})

function checkWhole(record: OutboxRecord): void {
  const { phase, question, error: failure, result, story, sent, wait } = record
  expect(phase === 'asking').toBe(question !== undefined)
  expect(phase === 'failed').toBe(failure !== undefined)
  expect(phase === 'done').toBe(result !== undefined)
  if (sent) expect(['queued', 'failed']).toContain(phase)
  if (phase !== 'queued') expect(wait).toBeUndefined()
  expect(story.length).toBeLessThanOrEqual(100)
  expect(['queued', 'held']).toContain(story[0]?.what)
  const times = story.map(({ at }) => at)
  expect(times).toEqual(times.toSorted())
  expect(record.updatedAt >= (times.at(-1) ?? '')).toBe(true)
}

/** What the list offers is what can be done, no more and no less. */
function checkOffers(record: OutboxRecord, at: string): void {
  for (const standing of record.sent || record.action.kind !== 'submit' ? standings.slice(0, 2) : standings) {
    const { can, state, question } = viewOf(record, standing)
    for (const [name, take] of Object.entries(choices) as [keyof typeof choices, Step][])
      expect({ name, can: can[name] }).toEqual({ name, can: take(record, at) !== undefined })
    const accepted = question === undefined ? undefined : steps.accept(record, at, question)
    expect({ name: 'accept', can: can.accept, question }).toEqual({
      name: 'accept',
      can: accepted !== undefined,
      question,
    })
    expect(question !== undefined).toBe(state === 'needs-you')
    expect(can.remove).toBe(!record.sent || record.phase === 'failed')
    expect(can.move).toBe(!record.sent && record.phase !== 'done' && record.phase !== 'failed')
    if (state === 'sending') expect(can).toMatchObject({ edit: false, hold: false, remove: false, move: false })
  }
}

describe('the steps of an entry', () => {
  it('keep what is promised, whatever their order', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(submit, cancel),
        fc.boolean(),
        fc.array(fc.tuple(step, fc.nat({ max: 5000 })), { maxLength: 60, size: 'max' }),
        (action, held, taken) => {
          let record = fresh(action, held)
          let now = start
          for (const [{ name, take }, later] of taken) {
            now += later
            const at = new Date(now).toISOString()
            const before = record
            const next = take(record, at)
            if (before.phase === 'done') expect({ name, next }).toEqual({ name, next: undefined })
            if (next === undefined) continue
            record = next
            expect(record.id).toBe(before.id)
            if (action.kind === 'submit') expect(keyOf(record)).toBe('e')
            // What may have been done is asked for again under its key, unchanged.
            if (before.sent && record.sent) {
              expect(keyOf(record)).toBe(keyOf(before))
              expect(record.action).toEqual(before.action)
            }
            checkWhole(record)
            checkOffers(record, at)
          }
        },
      ),
      { numRuns: 400 },
    )
  })

  it('keep the beginning and the end of a long story', () => {
    let record = fresh(submit, false)
    for (let round = 1; round <= 300; round++) {
      const at = new Date(start + round * 1000).toISOString()
      record = (round % 2 === 1 ? steps.hold(record, at) : steps.release(record, at)) ?? record
    }
    expect(record.story).toHaveLength(100)
    expect(record.story.slice(0, 3).map(({ what }) => what)).toEqual(['queued', 'held', 'released'])
    expect(record.story.at(-1)).toEqual({ at: new Date(start + 300_000).toISOString(), what: 'released' })
  })

  it('begin a new round with a refusal, but not with a doubt', () => {
    const at = new Date(start).toISOString()
    const sent = steps.sending(fresh(cancel, false), at)
    const refused = steps.retry(steps.fail(sent, at, error, false), at)
    const doubtful = steps.retry(steps.fail(sent, at, error, true), at)
    expect(refused === undefined ? '' : keyOf(refused)).toBe('e.1')
    expect(doubtful === undefined ? '' : keyOf(doubtful)).toBe('e')
    expect(doubtful?.sent).toBe(true)
  })

  it('accept a new version without values for what it has no more', () => {
    const at = new Date(start).toISOString()
    const [changed] = questions
    if (changed === undefined) throw new Error('no question')
    const asked = steps.ask(fresh(submit, false), at, changed)
    const accepted = asked === undefined ? undefined : steps.accept(asked, at, changed)
    expect(accepted?.action).toMatchObject({ submission: { templateVersion: 2, parameters: {} } })
  })
})
