import { pino } from 'pino'
import { expect, it } from 'vitest'
import { Failure } from '../../../../agent/src/kit/failure.ts'
import { createEstimates, directivesOf } from '../../../../agent/src/preflight/estimates.ts'
import type { Estimate, Scheduler } from '../../../../agent/src/scheduler/index.ts'

type Spec = Parameters<Scheduler['estimate']>[0]
const spec = (more: Partial<Spec> = {}): Spec => ({
  user: 'kim',
  name: 'a',
  script: '',
  folder: '/f',
  resources: { nodes: 1, tasks: 1, timeMinutes: 1 },
  options: {},
  ...more,
})
const resources = (nodes: number) => ({ resources: { nodes, tasks: 1, timeMinutes: 1 } })

function asking(answer: () => Promise<Estimate> = async () => ({ startsAt: new Date(0) })) {
  const asked: Spec[] = []
  let at = 1_000_000
  const ask = createEstimates(
    { now: () => new Date(at), log: pino({ level: 'silent' }) },
    {
      kind: 'slurm',
      estimate: (question) => {
        asked.push(question)
        return answer()
      },
    },
  )
  return { ask, asked, advance: (ms: number) => void (at += ms) }
}

it('asks once for the same content, whatever the job is called', async () => {
  const { ask, asked } = asking()
  expect((await ask(spec())).start).toEqual({ state: 'known', at: '1970-01-01T00:00:00.000Z' })
  expect((await ask(spec({ name: 'b' }))).start).toMatchObject({ state: 'known' })
  expect(asked).toHaveLength(1)
})

it('asks a user’s questions seldom, and says when the next may come', async () => {
  const { ask, asked, advance } = asking()
  await ask(spec())
  advance(2000)
  expect((await ask(spec(resources(2)))).start).toEqual({ state: 'later', seconds: 3 })
  expect((await ask(spec({ user: 'lee' }))).start).toMatchObject({ state: 'known' })
  advance(3000)
  expect((await ask(spec(resources(2)))).start).toMatchObject({ state: 'known' })
  expect(asked).toHaveLength(3)
})

it('asks anew when the answer has grown old', async () => {
  const { ask, asked, advance } = asking()
  await ask(spec())
  advance(31_000)
  await ask(spec())
  expect(asked).toHaveLength(2)
})

it('does not make the other checks wait for a slow controller', async () => {
  const late = Promise.withResolvers<Estimate>()
  const { ask, asked } = asking(() => late.promise)
  expect((await ask(spec())).start).toMatchObject({ state: 'later' })
  late.resolve({ startsAt: new Date(0) })
  expect((await ask(spec())).start).toMatchObject({ state: 'known' })
  expect(asked).toHaveLength(1)
})

it('says what it does not know, and why the job would be refused', async () => {
  expect(await asking(async () => ({})).ask(spec())).toEqual({ start: { state: 'unknown' } })
  expect(await asking(() => Promise.reject(new Error('gone'))).ask(spec())).toEqual({ start: { state: 'unknown' } })
  const refused = new Failure('VALIDATION_FAILED', 'No arrays here.')
  expect((await asking(() => Promise.reject(refused)).ask(spec())).problem).toBe('No arrays here.')
  expect(await asking(async () => ({ problem: 'No.' })).ask(spec())).toEqual({
    start: { state: 'unknown' },
    problem: 'No.',
  })
})

it('hands on what a script says to Slurm, and nothing else', () => {
  const script = '#!/bin/bash\n#SBATCH --mem=4G\n#SBATCH -c {{ parameters.cores }}\nrm -rf x\n'
  expect(directivesOf(script)).toBe('#!/bin/sh\n#SBATCH --mem=4G\n:\n')
})
