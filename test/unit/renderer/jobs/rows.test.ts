import { expect, it } from 'vitest'
import type { Job } from '../../../../contract/jobs.ts'
import { createRows, stateOfAll } from '../../../../src/renderer/features/jobs/rows.ts'
import { linesOf } from '../../../../src/renderer/ui/table/tree.ts'

const job = (id: string, more: Partial<Job> = {}): Job => ({
  id,
  name: `job ${id}`,
  user: 'kim',
  state: 'running',
  resources: { nodes: 1, tasks: 1, timeMinutes: 10 },
  submittedAt: `2026-11-21T07:00:0${id}Z`,
  hasConvergence: false,
  ...more,
})
const run = (id: string, more: Partial<Job> = {}) => job(id, { workflow: { id: 'w1', step: `s${id}` }, ...more })

const of = (...states: Job['state'][]) => stateOfAll(states.map((state) => job('1', { state })))
const idOf = ({ id }: Job) => id

it('jobs of a workflow’s run stand under one row, the others for themselves', () => {
  const rows = createRows()
  const jobs = [job('1'), run('2', { state: 'completed' }), run('3', { state: 'pending' })]
  expect(rows.top(jobs, false)).toBe(jobs)
  const [single, group] = rows.top(jobs, true)
  expect(single).toBe(jobs[0])
  expect(group).toMatchObject({ name: 'w1', state: 'pending', submittedAt: '2026-11-21T07:00:02Z' })
  expect(group?.group).toEqual(jobs.slice(1))
})

it('a row stays the same object until something of it changed, so that nothing else is tinted', () => {
  const rows = createRows()
  const jobs = [run('1'), run('2')]
  const [before] = rows.top(jobs, true)
  expect(rows.top([...jobs, job('3')], true)[0]).toBe(before)
  expect(rows.top([run('1', { state: 'failed' }), run('2')], true)[0]).not.toBe(before)

  const array = job('7', { array: { range: '0-1', total: 2, states: { running: 2 } } })
  const page = {
    elements: [
      { index: 0, state: 'running' as const },
      { index: 1, state: 'running' as const },
    ],
    total: 2,
  }
  const [zero, one] = rows.elements(array, page)
  expect(zero).toMatchObject({ id: '7_0', element: { array: '7', index: 0 }, state: 'running' })
  const changed = {
    ...page,
    elements: [
      { index: 0, state: 'running' as const },
      { index: 1, state: 'failed' as const, exitCode: 3 },
    ],
  }
  const after = rows.elements({ ...array, state: 'failed' }, changed)
  expect(after[0]).toBe(zero)
  expect(after[1]).not.toBe(one)
  expect(after[1]).toMatchObject({ state: 'failed', exitCode: 3 })
})

it('what an array has beyond the listed elements is one row that says how many', () => {
  const rows = createRows().elements(job('7'), { elements: [{ index: 0, state: 'running' }], total: 10_000 })
  expect(rows.at(-1)?.more).toEqual({ array: '7', count: 9999 })
  expect(createRows().elements(job('7'), undefined)).toEqual([])
})

it('the state of several is what is still to come, then what went wrong', () => {
  expect(of('completed', 'running', 'failed')).toBe('running')
  expect(of('completed', 'pending')).toBe('pending')
  expect(of('completed', 'timeout', 'cancelled')).toBe('timeout')
  expect(of('completed', 'cancelled')).toBe('cancelled')
  expect(of('completed', 'completed')).toBe('completed')
})

it('the lines of a table hold what lies under open rows', () => {
  const rows = [job('1'), job('2')]
  const under = [job('3')]
  const tree = (open: string[]) => ({
    open: new Set(open),
    childrenOf: (row: Job) => (row.id === '1' ? under : undefined),
    onToggle: () => undefined,
  })
  expect(linesOf(rows, idOf, tree(['1'])).map(({ id, depth, open }) => [id, depth, open])).toEqual([
    ['1', 0, true],
    ['3', 1, undefined],
    ['2', 0, undefined],
  ])
  expect(linesOf(rows, idOf, tree([])).map(({ id, open }) => [id, open])).toEqual([
    ['1', false],
    ['2', undefined],
  ])
})
