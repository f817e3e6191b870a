import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  groupsOf,
  matches,
  stepOf,
  submissionsOf,
  unsentOf,
  waitingFor,
} from '../../../../src/renderer/features/outbox/model.ts'
import { entriesOf, rowsOf } from '../../../../src/renderer/features/outbox/rows.ts'
import { editRoute, resultRoute } from '../../../../src/renderer/features/outbox/routes.ts'
import { entryWith, submit } from './example.ts'

const after = (id: string) => submit({ options: { dependencies: [{ type: 'afterok', submission: id }] } })
const noCan = { edit: false, hold: false, release: false, remove: true, retry: false, accept: false, move: false }

describe('the list', () => {
  it('stands by what the user has to do, then in the order of sending, what was sent the newest first', () => {
    const groups = groupsOf([
      entryWith({ id: 'old', state: 'done', updatedAt: '2026-11-29T08:00:00Z' }),
      entryWith({ id: 'new', state: 'done', updatedAt: '2026-11-29T09:00:00Z' }),
      entryWith({ id: 'b', rank: 2 }),
      entryWith({ id: 'a', rank: 1, state: 'sending' }),
      entryWith({ id: 'held', state: 'held' }),
      entryWith({ id: 'refused', state: 'failed' }),
      entryWith({ id: 'asked', state: 'needs-you' }),
    ])
    expect(groups.map(({ name, entries }) => [name, entries.map(({ id }) => id)])).toEqual([
      ['needs-you', ['asked']],
      ['failed', ['refused']],
      ['waiting', ['a', 'b']],
      ['held', ['held']],
      ['sent', ['new', 'old']],
    ])
  })

  it('counts what is to go out, not what the user holds back', () => {
    const entries = [
      entryWith({ id: '1' }),
      entryWith({ id: '2', state: 'failed' }),
      entryWith({ id: '3', state: 'needs-you', site: 'other' }),
      entryWith({ id: '4', state: 'held' }),
      entryWith({ id: '5', state: 'done' }),
    ]
    expect(unsentOf(entries)).toEqual({ count: 3, urgent: 2 })
    expect(unsentOf(entries, 's')).toEqual({ count: 2, urgent: 1 })
  })

  it('takes an entry once that is selected itself and with its group', () => {
    const [group] = rowsOf([entryWith(), entryWith({ id: 'e2', rank: 2 })])
    const own = group?.entries[0]
    expect(group === undefined || own === undefined ? [] : entriesOf([group, own]).map(({ id }) => id)).toEqual([
      'e1',
      'e2',
    ])
  })

  it('is narrowed by words, wherever they stand', () => {
    expect(matches('', 'Wire')).toBe(true)
    expect(matches('site wi', 'Wire', 'Site')).toBe(true)
    expect(matches('site x', 'Wire', 'Site')).toBe(false)
  })
})

describe('one step in the order', () => {
  it('goes up and down by one place, and no further than the ends', () => {
    const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(ids, fc.nat(), fc.constantFrom('up' as const, 'down' as const), (order, at, step) => {
        const entries = order.map((id, rank) => entryWith({ id, rank }))
        const index = at % order.length
        const moved = order[index] ?? ''
        const before = stepOf(entries, moved, step)
        const target = step === 'up' ? index - 1 : index + 1
        // As the core does it: taken out, and put before that one or at the end.
        const rest = order.filter((id) => id !== moved)
        const place = before === null ? rest.length : rest.indexOf(before ?? '')
        const possible = target >= 0 && target < order.length
        expect(before !== undefined).toBe(possible)
        if (possible) expect(rest.toSpliced(place, 0, moved).indexOf(moved)).toBe(target)
      }),
    )
  })
  it('passes by what cannot move', () => {
    const order = [entryWith({ id: 'going', can: noCan }), entryWith({ id: 'a' }), entryWith({ id: 'b' })]
    expect(stepOf(order, 'a', 'up')).toBeUndefined()
    expect(stepOf(order, 'going', 'down')).toBeUndefined()
    expect(stepOf(order, 'b', 'up')).toBe('a')
  })
})

describe('what waits for another', () => {
  const entries = [
    entryWith({ id: 'a' }),
    entryWith({ id: 'b', action: after('a') }),
    entryWith({ id: 'c', action: after('a'), state: 'done' }),
    entryWith({ id: 'd', action: submit({ options: { dependencies: [{ type: 'afterok', job: 'a' }] } }) }),
  ]
  it('is named before that one is deleted, unless it goes with it or was sent', () => {
    expect(waitingFor(entries, new Set(['a'])).map(({ id }) => id)).toEqual(['b'])
    expect(waitingFor(entries, new Set(['a', 'b']))).toEqual([])
  })
  it('is chosen among submissions of its site that were not sent', () => {
    const more = [
      entryWith({ id: 'x', site: 'other' }),
      entryWith({ id: 'y', action: { kind: 'remove-template', id: 't' } }),
    ]
    expect(submissionsOf([...entries, ...more], 's').map(({ id }) => id)).toEqual(['a', 'b', 'd'])
  })
})

describe('places', () => {
  it('to change an entry are the forms it came from', () => {
    expect(editRoute(entryWith({ action: submit({ templateId: 'wire' }) }))).toEqual({
      page: 'new-job',
      entry: 'e1',
      template: 'wire',
    })
    expect(
      editRoute(entryWith({ action: { kind: 'save-template', name: 'T', yaml: 'id: t', visibility: 'private' } })),
    ).toEqual({ page: 'template-editor', entry: 'e1' })
    expect(editRoute(entryWith({ can: noCan }))).toBeUndefined()
    expect(editRoute(entryWith({ action: { kind: 'remove-template', id: 't' } }))).toBeUndefined()
  })
  it('to see what came of it are the job, the run, the template', () => {
    expect(resultRoute(entryWith({ result: { jobId: '7' } }))).toEqual({ page: 'jobs', id: '7' })
    expect(resultRoute(entryWith({ result: { runId: 'r' } }))).toEqual({ page: 'workflows', id: 'r' })
    expect(resultRoute(entryWith({ action: { kind: 'change', ids: ['3'], change: { action: 'cancel' } } }))).toEqual({
      page: 'jobs',
      id: '3',
    })
    expect(resultRoute(entryWith())).toBeUndefined()
  })
})
