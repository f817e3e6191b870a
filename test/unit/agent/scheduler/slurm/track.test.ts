import { expect, test } from 'vitest'
import { parseEnd } from '../../../../../agent/src/scheduler/slurm/accounting.ts'
import { nextLook } from '../../../../../agent/src/scheduler/slurm/pace.ts'
import { type Origin, Track } from '../../../../../agent/src/scheduler/slurm/track.ts'
import { linesOf } from './recorded.ts'

const origin: Origin = { account: undefined, since: undefined, elements: undefined, last: undefined }
const of = (id: string) => linesOf('squeue.txt').filter((line) => line.startsWith(`${id}\u001F`))
const track = (id: string, more: Partial<Origin> = {}) => new Track(id, { ...origin, ...more })
const seen = async (id: string, more: Partial<Origin> = {}) => {
  const followed = track(id, more)
  return followed.learn(await followed.read(of(id)))
}

test('jobs as their users see them', async () => {
  expect(await seen('55')).toMatchObject({ state: 'failed', reason: 'exit code 3', exitCode: 3, nodes: 'c1' })
  expect(await seen('56')).toMatchObject({ state: 'failed', reason: 'signal 9 (SIGKILL)', signal: 9 })
  expect(await seen('54')).toMatchObject({ state: 'timeout', reason: 'Time limit of 1 min reached' })
  expect(await seen('54')).not.toHaveProperty('signal')
  expect(await seen('59')).toMatchObject({ state: 'pending', reason: 'JobHeldUser', held: true })
  expect(await seen('61')).toMatchObject({ state: 'pending', reason: 'DependencyNeverSatisfied', held: false })
  expect(await seen('60')).toEqual(expect.not.objectContaining({ startedAt: expect.anything() }))
  expect(await seen('64')).toMatchObject({ state: 'completed', exitCode: 0 })
  expect(await seen('57')).toEqual({
    id: '57',
    state: 'running',
    startedAt: new Date(1_795_267_557_000),
    nodes: 'c1',
    priority: 4_294_901_708,
    timeMinutes: 60,
  })
})

test('an array is one job with elements, its state that of the furthest that goes on', async () => {
  const job = await seen('58')
  expect(job).toMatchObject({ id: '58', state: 'running' })
  expect(job?.elements).toHaveLength(11)
  expect(job?.elements?.find(({ index }) => index === 0)).toMatchObject({ state: 'cancelled' })
  const ended = await seen('66')
  expect(ended).toMatchObject({ state: 'failed', reason: 'exit code 1', exitCode: 1 })
  expect(ended?.elements?.map(({ index, state, exitCode }) => [index, state, exitCode])).toEqual([
    [0, 'completed', 0],
    [1, 'failed', 1],
    [2, 'failed', 2],
    [3, 'failed', 3],
  ])
})

test('the same again is no news, one element that moves is told alone', async () => {
  const followed = track('58', { elements: [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20] })
  const lines = of('58')
  await followed.learn(await followed.read(lines))
  followed.remember(lines, await followed.read(lines))
  expect(followed.isSame(lines)).toBe(true)
  expect(await followed.learn(await followed.read(lines))).toBeUndefined()
  expect(followed.isMissing(lines)).toBe(false)
  const moved = lines.map((line) => line.replace('\u001F2\u001FRUNNING', '\u001F2\u001FCOMPLETED'))
  expect(followed.isSame(moved)).toBe(false)
  expect((await followed.learn(await followed.read(moved)))?.elements?.map(({ index }) => index)).toEqual([2])
  expect(followed.snapshot()?.elements).toHaveLength(11)
})

test('elements that the queue has forgotten are asked for, and lost where nobody knows them', async () => {
  const followed = track('66', { elements: [0, 1, 2, 3, 4, 5] })
  const rows = await followed.read(of('66'))
  await followed.learn(rows)
  followed.remember(of('66'), rows)
  expect(followed.isMissing(of('66'))).toBe(true)
  expect(followed.hasEnded).toBe(false)
  const lost = followed.lose('Slurm does not know it any more', new Date())
  expect(lost?.elements?.map(({ index, state }) => [index, state])).toEqual([
    [4, 'lost'],
    [5, 'lost'],
  ])
  expect(followed.hasEnded).toBe(true)
  expect(lost?.state).toBe('failed')
})

test('an element that nobody has a record of, though they know the array, was cancelled before it began', async () => {
  const followed = track('66', { elements: [0, 1, 2, 3, 4] })
  const rows = await followed.read(of('66'))
  await followed.learn(rows)
  followed.remember(of('66'), rows)
  const withdrawn = followed.withdraw(rows, new Date(0))
  expect(withdrawn?.elements).toEqual([{ index: 4, state: 'cancelled', endedAt: new Date(0).toISOString() }])
  expect(followed.hasEnded).toBe(true)
  expect(followed.withdraw(rows, new Date(1))).toBeUndefined()
})

test('a job killed for its memory waits for the verdict, and keeps it', async () => {
  const followed = track('62')
  const rows = await followed.read(of('62'))
  expect(followed.isUndecided(rows)).toBe(true)
  followed.verdicts.set(undefined, 'It used 186 MiB of memory and had asked for 100 MiB')
  expect(followed.isUndecided(rows)).toBe(false)
  expect(await followed.learn(rows)).toMatchObject({
    state: 'out_of_memory',
    reason: 'It used 186 MiB of memory and had asked for 100 MiB',
    signal: 9,
  })
  expect(await followed.learn(rows)).toBeUndefined()
})

test('a number that Slurm has given a second time is another job', async () => {
  const strange = track('55', { account: 'alice' })
  expect(await strange.read(of('55'))).toEqual([])
  const old = track('55', { since: new Date('2027-01-01') })
  const ends = linesOf('sacct-ends.txt').flatMap((line) => parseEnd(line) ?? [])
  expect(await old.learn(ends.filter(({ id }) => id === '55'))).toBeUndefined()
})

test('after a restart the last word stays until there is a new one', async () => {
  const followed = track('99', { last: { id: '99', state: 'running', nodes: 'c1' } })
  expect(followed.snapshot()).toEqual({ id: '99', state: 'running', nodes: 'c1' })
  expect(followed.isMissing([])).toBe(true)
  expect(followed.lose('gone', new Date(0))).toEqual({
    id: '99',
    state: 'lost',
    reason: 'gone',
    nodes: 'c1',
    endedAt: new Date(0),
  })
})

test('the pace: two seconds while something is young, slower when idle, never a tenth of the time', async () => {
  const calm = { tookMs: 30 }
  expect(nextLook({ ...calm, idleMs: 0, alive: 3 })).toBe(2000)
  expect(nextLook({ ...calm, idleMs: 60_000, alive: 3 })).toBe(6000)
  expect(nextLook({ ...calm, idleMs: 3_600_000, alive: 3 })).toBe(10_000)
  expect(nextLook({ ...calm, idleMs: 3_600_000, alive: 0 })).toBe(30_000)
  expect(nextLook({ tookMs: 1500, idleMs: 0, alive: 3 })).toBe(15_000)
  expect(nextLook({ tookMs: 9000, idleMs: 0, alive: 3 })).toBe(30_000)
})

test('a guessed start that moves by seconds is no news, by minutes it is', async () => {
  const followed = track('61')
  const told = async (seconds: number) => {
    const start = `Satisfied\u001F${1_795_300_000 + seconds}`
    return followed.learn(await followed.read(of('61').map((line) => line.replace('Satisfied\u001FN/A', start))))
  }
  expect((await told(0))?.expectedStart).toEqual(new Date(1_795_300_000_000))
  expect(await told(50)).toBeUndefined()
  expect(await told(100)).toBeUndefined()
  expect((await told(150))?.expectedStart).toEqual(new Date(1_795_300_150_000))
})
