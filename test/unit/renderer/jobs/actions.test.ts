import { describe, expect, it } from 'vitest'
import type { Job } from '../../../../contract/jobs.ts'
import { fits, plainActions, reportOf, undoOf, unreachedOf } from '../../../../src/renderer/features/jobs/actions.ts'

const job = (more: Partial<Job> = {}): Job => ({
  id: '1',
  name: 'plate',
  user: 'kim',
  state: 'running',
  resources: { nodes: 1, tasks: 1, timeMinutes: 10 },
  submittedAt: '2026-11-21T07:00:00Z',
  hasConvergence: false,
  ...more,
})
const offered = (one: Job) => plainActions.filter((action) => fits(action, one))

describe('what is offered', () => {
  it.each([
    [{ state: 'pending' }, ['hold', 'cancel']],
    [{ state: 'pending', held: true }, ['release', 'cancel']],
    [{ state: 'running' }, ['requeue', 'cancel']],
    [{ state: 'completed' }, []],
    [{ state: 'lost' }, []],
  ] as const)('for %o', (more, actions) => expect(offered(job(more))).toEqual(actions))
  it('for an array also what its waiting elements can do', () =>
    expect(offered(job({ array: { range: '0-9', total: 10, states: { running: 1, pending: 9 } } }))).toEqual([
      'hold',
      'release',
      'requeue',
      'cancel',
    ]))
  it('a time limit until the end, a priority until the start', () => {
    expect(fits('time-limit', job())).toBe(true)
    expect(fits('nice', job())).toBe(false)
    expect(fits('nice', job({ state: 'pending' }))).toBe(true)
    expect(fits('time-limit', job({ state: 'failed' }))).toBe(false)
  })
})

describe('what became of a change', () => {
  it('of a site that could not be asked is left to the outbox', () => {
    const error = { code: 'OFFLINE' as const, data: { site: 'S' }, message: '' }
    const jobs = [job(), job({ id: '2' }), job({ id: '3' })]
    const away = reportOf({ action: 'cancel' }, jobs, [
      { id: '1', error },
      { id: '2', error },
    ])
    expect(unreachedOf(away)).toEqual({ unreached: new Set(['1', '2']), rest: undefined })
    const some = reportOf({ action: 'cancel' }, jobs, [
      { id: '1', error },
      { id: '3', error: { code: 'X', message: 'No.' } },
    ])
    const { unreached, rest } = unreachedOf(some)
    expect([...unreached]).toEqual(['1'])
    expect(rest?.refused.map(({ id }) => id)).toEqual(['3'])
  })
  const jobs = [job(), job({ id: '2', name: 'bracket' }), job({ id: '3' })]
  it('names each, those refused with the reason, and takes back only what was done', () => {
    const error = { code: 'WRONG_STATE', message: 'Job 2 has started.' }
    const offline = { code: 'OFFLINE', data: { site: 'here' }, message: 'here does not answer.' } as const
    const report = reportOf({ action: 'hold' }, jobs, [
      { id: '1', job: job({ held: true }) },
      { id: '2', error },
      { id: '3', error: offline },
    ])
    expect(report.done).toEqual([{ id: '1', name: 'plate' }])
    expect(report.refused).toEqual([
      { id: '2', name: 'bracket', reason: 'Job 2 has started.' },
      { id: '3', name: 'plate', reason: offline },
    ])
    expect(report.undo).toEqual({ change: { action: 'release' }, jobs: [jobs[0]] })
  })
  it('offers no way back where there is none', () => {
    expect(undoOf({ action: 'cancel' }, jobs)).toBeUndefined()
    expect(undoOf({ action: 'requeue' }, jobs)).toBeUndefined()
    expect(undoOf({ action: 'time-limit', minutes: 5 }, [job({ timeLimit: 8 })])).toEqual({
      action: 'time-limit',
      minutes: 8,
    })
    expect(reportOf({ action: 'hold' }, jobs, []).undo).toBeUndefined()
  })
})
