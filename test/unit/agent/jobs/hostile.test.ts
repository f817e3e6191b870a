import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Job } from '../../../../contract/jobs.ts'
import { type Bench, workbench } from './workbench.ts'

let bench: Bench
beforeAll(async () => {
  bench = await workbench({ endJobs: true })
})
afterAll(() => bench.close())

const submit = (options: object, command = 'true') =>
  bench.send('POST', '/api/jobs/submit', { name: 'hostile', command, options })

describe('options of a hostile user', () => {
  it.each([
    ['one that is far too long', '0-9999999'],
    ['one that is named again and again', Array.from({ length: 80 }, () => '0-9999999').join(',')],
  ])('an array is refused without being counted out: %s', async (_what, array) => {
    const began = performance.now()
    const answer = await submit({ array })
    expect(answer.status).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'VALIDATION_FAILED', details: { path: '/options/array' } })
    expect(performance.now() - began).toBeLessThan(500)
  })

  it.each([
    ['a name that is none', { 'A B': '1' }],
    ['a name that ends in a second variable', { 'A\u0000SLURM_JOB_ID': '1' }],
    ['a value that ends in a second variable', { A: '1\u0000SLURM_JOB_ID=1' }],
    ['a function for bash', { 'BASH_FUNC_ls%%': '() { :; }' }],
  ])('an environment is refused with %s', async (_what, environment) => {
    const answer = await submit({ environment })
    expect({ status: answer.status, code: answer.json<{ code: string }>().code }).toEqual({
      status: 400,
      code: 'VALIDATION_FAILED',
    })
  })

  it('a job whose own PATH finds nothing still ends as it ended', async () => {
    const answer = await submit({ environment: { PATH: '/nowhere', LD_LIBRARY_PATH: '/nowhere' } }, 'exit 3')
    const { job } = answer.json<{ job: Job }>()
    expect(await bench.ended(job.id)).toMatchObject({ state: 'failed', exitCode: 3 })
  })
})

describe('what a script makes of the file for its reason', () => {
  it.each([
    [
      'a huge one',
      'printf "the first words\\n" >"$HEADWAY_REASON"; truncate -s 3G "$HEADWAY_REASON"; exit 3',
      /^the first words$/,
    ],
    ['a pipe', 'mkfifo "$HEADWAY_REASON"; exit 3', /3/],
    ['a folder', 'mkdir "$HEADWAY_REASON"; exit 3', /3/],
  ])('%s keeps nobody from learning how it ended', async (_what, command, reason) => {
    const { id } = await bench.run(command)
    expect(await bench.ended(id)).toMatchObject({ state: 'failed', exitCode: 3, reason: expect.stringMatching(reason) })
  })
})
