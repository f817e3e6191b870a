import { expect, test } from 'vitest'
import { numberOf, rowsOfJson } from '../../../../../agent/src/scheduler/slurm/json.ts'
import { recorded } from './recorded.ts'

const set = (number: number) => ({ set: true, infinite: false, number })
const unset = { set: false, infinite: false, number: 0 }
const end = {
  id: '55',
  elements: undefined,
  state: 'failed',
  exitCode: 3,
  signal: 0,
  nodes: 'c1',
  user: 'alice',
  timeMinutes: 60,
  priority: 10,
  startsAt: new Date(1_795_267_557_000),
  endsAt: new Date(1_795_267_560_000),
}
const plain = {
  job_id: 55,
  state_reason: 'NonZeroExitCode',
  user_name: 'alice',
  nodes: 'c1',
  restart_cnt: 0,
  start_time: 1_795_267_557,
  end_time: 1_795_267_560,
  submit_time: 1_795_267_557,
}

/** Derived from the documentation of each release's OpenAPI, not recorded: there is no such release among Debian's packages. */
const documented = {
  '22.05, v0.0.38': {
    ...plain,
    job_state: 'FAILED',
    array_job_id: 0,
    array_task_id: null,
    array_task_string: '',
    exit_code: 768,
    time_limit: 60,
    priority: 10,
  },
  '23.02, v0.0.39': {
    ...plain,
    job_state: 'FAILED',
    array_job_id: set(0),
    array_task_id: unset,
    array_task_string: '',
    exit_code: { status: 'ERROR', return_code: 3, signal: { signal_id: 0, name: 'NONE' } },
    time_limit: set(60),
    priority: set(10),
  },
  '23.11, v0.0.40': {
    ...plain,
    job_state: ['FAILED'],
    array_job_id: set(0),
    array_task_id: unset,
    array_task_string: '',
    exit_code: { status: ['ERROR'], return_code: set(3), signal: { id: unset, name: '' } },
    time_limit: set(60),
    priority: set(10),
  },
  '24.05 to 25.05, v0.0.41 to v0.0.43': {
    ...plain,
    job_state: ['FAILED'],
    array_job_id: set(0),
    array_task_id: unset,
    array_task_string: '',
    exit_code: { status: ['ERROR'], return_code: set(3), signal: { id: unset, name: '' } },
    start_time: set(1_795_267_557),
    end_time: set(1_795_267_560),
    submit_time: set(1_795_267_557),
    time_limit: set(60),
    priority: set(10),
  },
}

test.each(Object.entries(documented))('%s: the same job', (_release, job) => {
  expect(rowsOfJson(JSON.stringify({ jobs: [job] }))).toEqual([expect.objectContaining(end)])
})

test('elements, flags beside a state, no limit', () => {
  const rows = rowsOfJson(
    JSON.stringify({
      jobs: [
        { ...plain, job_id: 67, job_state: ['CANCELLED', 'COMPLETING'], array_job_id: set(58), array_task_id: set(0) },
        {
          ...plain,
          job_id: 58,
          job_state: ['PENDING'],
          array_job_id: set(58),
          array_task_id: unset,
          array_task_string: '6-20:2%2',
          time_limit: { set: false, infinite: true, number: 0 },
        },
      ],
    }),
  )
  expect(rows).toEqual([
    expect.objectContaining({ id: '58', elements: [0], state: 'completing' }),
    expect.objectContaining({
      id: '58',
      elements: [6, 8, 10, 12, 14, 16, 18, 20],
      state: 'pending',
      timeMinutes: undefined,
    }),
  ])
})

test('what a real 22.05 writes', () => {
  const rows = rowsOfJson(recorded('squeue.json'))
  expect(rows.find(({ id }) => id === '55')).toMatchObject({ state: 'failed', exitCode: 3, user: 'root' })
  expect(rows.find(({ id }) => id === '62')).toMatchObject({ state: 'failed', signal: 9 })
  expect(rows.filter(({ id }) => id === '58').flatMap(({ elements }) => elements)).toContain(0)
})

test('numbers that are none', () => {
  expect([null, 'x', Number.NaN, {}, { set: false, number: 3 }, { infinite: true, number: 3 }].map(numberOf)).toEqual(
    Array.from({ length: 6 }, () => undefined),
  )
  expect(rowsOfJson('{"jobs": [1, null, {"job_state": 5}]}')).toEqual([])
})
