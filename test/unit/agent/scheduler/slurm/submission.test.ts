import { expect, test } from 'vitest'
import type { JobSpec } from '../../../../../agent/src/scheduler/index.ts'
import { batchOf, environmentOf } from '../../../../../agent/src/scheduler/slurm/batch.ts'
import { targets } from '../../../../../agent/src/scheduler/slurm/changes.ts'
import { complaint, isDoubtful } from '../../../../../agent/src/scheduler/slurm/commands.ts'
import { batchScript } from '../../../../../agent/src/scheduler/slurm/directives.ts'
import { outcomeOf } from '../../../../../agent/src/scheduler/slurm/exactly-once.ts'
import { refusal } from '../../../../../agent/src/scheduler/slurm/refusals.ts'

const spec: JobSpec = {
  number: 1,
  key: 'k',
  user: 'jin',
  name: 'a job; $(rm -rf /)',
  script: 'echo hello\n',
  folder: '/data/runs/1',
  resources: { nodes: 2, tasks: 8, timeMinutes: 90 },
  options: {},
}
const now = new Date('2026-11-21T12:00:00Z')
const finished = (code: number | null, stderr: string, stdout = '') => ({
  code,
  signal: code === null ? 'SIGKILL' : null,
  timedOut: false,
  stdout,
  stderr,
})

test('a job as a call of sbatch: the script to its input, everything else an argument of its own', () => {
  const { args, options } = batchOf(
    {
      ...spec,
      resources: {
        ...spec.resources,
        partition: 'viz',
        cpusPerTask: 4,
        memoryMb: 1000,
        gpus: 2,
        gres: 'gpu:a100:2',
        licenses: 'abaqus:5',
        constraint: 'ib',
        exclusive: true,
      },
      options: {
        account: 'lab',
        qos: 'short',
        reservation: 'course',
        array: '0-15%4',
        dependencies: [
          { type: 'afterok', job: '5' },
          { type: 'afterany', job: '6' },
        ],
        singleton: true,
        begin: '2026-11-21T13:00:00Z',
      },
    },
    now,
    'headway:k:0123456789ab',
  )
  expect(args).toEqual([
    '--parsable',
    '--comment=headway:k:0123456789ab',
    '--job-name=a job; $(rm -rf /)',
    '--chdir=/data/runs/1',
    '--output=job-%a.log',
    '--error=job-%a.log',
    '--open-mode=append',
    '--mail-type=NONE',
    '--ignore-pbs',
    '--nodes=2',
    '--ntasks=8',
    '--time=90',
    '--partition=viz',
    '--cpus-per-task=4',
    '--mem=1000M',
    '--gpus=2',
    '--gres=gpu:a100:2',
    '--licenses=abaqus:5',
    '--constraint=ib',
    '--exclusive',
    '--account=lab',
    '--qos=short',
    '--reservation=course',
    '--array=0-15%4',
    '--dependency=afterok:5,afterany:6,singleton',
    '--begin=now+3600',
  ])
  expect(options.input).toBe('#!/bin/bash\necho hello\n')
  expect(batchOf(spec, now).args).toContain('--output=job.log')
})

test("the environment: a list of its own, the user's variables, nothing of Slurm's", () => {
  const base = { PATH: '/usr/bin', HOME: '/home/jin' }
  const own = { OMP_NUM_THREADS: '3', NAME: 'a,b\nc' }
  expect(environmentOf({ ...spec, options: { environment: own } }, base)).toEqual({
    ...base,
    ...own,
    HEADWAY_JOB_NAME: spec.name,
    HEADWAY_USER: 'jin',
    HEADWAY_TASKS: '8',
    HEADWAY_REASON: '/data/runs/1/.headway/reason',
  })
  for (const name of ['SLURM_CONF', 'SBATCH_WAIT']) {
    expect(() => environmentOf({ ...spec, options: { environment: { [name]: 'x' } } }, base)).toThrow(
      /belongs to Slurm/,
    )
  }
})

test.each([
  ['#SBATCH --array=0-3', true],
  ['#SBATCH --arr=0-3', true],
  ['#SBATCH -a0-3', true],
  ['#SBATCH -HW', true],
  ['#SBATCH --test-only', true],
  ['#SBATCH -M other', true],
  ['#SBATCH hetjob', true],
  ['#SBATCH --version', true],
  ['#SBATCH "--array=0-3"', true],
  [String.raw`#SBATCH -J name \-\-test-only`, true],
  [`#SBATCH --arr""ay='0-3'`, true],
  ['#SBATCH -J "a #b" --array=0-3', true],
  ['#SLURM --array=0-3', true],
  ['#SBATCH --comment="two words" -J "a name"', false],
  ['#SBATCH --mem=4G --constraint=ib', false],
  ['#SBATCH -J name -p viz', false],
  ['#SBATCH --wait-all-nodes=1', false],
  ['#SBATCH --account=a', false],
  ['#SBATCH --exclusive # --array is for later', false],
  ['# SBATCH --array=0-3', false],
  ['echo first\n#SBATCH --array=0-3', false],
])('a line of the script: %s (refused: %s)', (line, isRefused) => {
  const script = `#!/bin/bash\n# a comment\n\n${line}\ntrue\n`
  if (isRefused) expect(() => batchScript(script)).toThrow(/Take the line/)
  else expect(batchScript(script)).toBe(script)
})

test('what sbatch has said: an id, a refusal, or nothing to rely on', () => {
  expect(outcomeOf(finished(0, '', '1832\n'))).toEqual({ id: '1832' })
  expect(outcomeOf(finished(0, 'sbatch: info: welcome\n', '1832;cluster\n'))).toEqual({ id: '1832' })
  expect(outcomeOf(finished(1, 'sbatch: error: Batch job submission failed: Invalid qos specification\n'))).toEqual({
    refused: 'Batch job submission failed: Invalid qos specification',
  })
  expect(outcomeOf(finished(255, 'sbatch: error: Invalid --begin specification\n'))).toHaveProperty('refused')
  // A site's plugin may say anything.
  const plugin =
    'sbatch: error: your account is not in our database\nsbatch: error: Batch job submission failed: Unspecified error\n'
  expect(outcomeOf(finished(1, plugin))).toHaveProperty('refused')
  for (const doubt of [
    'Batch job submission failed: Socket timed out on send/recv operation',
    'Batch job submission failed: Unable to contact slurm controller (connect failure)',
    'Batch job submission failed: Zero Bytes were transmitted or received',
    'Batch job submission failed: Unexpected message received',
    'Batch job submission failed: Slurm backup controller in standby mode',
  ]) {
    expect(outcomeOf(finished(1, `sbatch: error: ${doubt}\n`))).toBe('doubt')
  }
  expect(outcomeOf(finished(null, ''))).toBe('doubt')
  expect(outcomeOf({ ...finished(0, '', '12\n'), code: null, timedOut: true })).toBe('doubt')
  expect(outcomeOf(finished(0, '', ''))).toBe('doubt')
  expect(isDoubtful(finished(210, 'scancel: error: Kill job error on job id 37: Access/permission denied\n'))).toBe(
    false,
  )
})

test.each([
  ['Invalid partition name specified', '/partition', /Choose one of the partitions/],
  ['Invalid qos specification', '/options/qos', /QOS/],
  ['Invalid account or account/partition combination specified', '/options/account', /accounts/],
  ['Requested time limit is invalid (missing or exceeds some limit)', '/time', /less time/],
  [
    "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)",
    undefined,
    /wait until some have ended/,
  ],
  ['Memory specification can not be satisfied', '/memory_mb', /less memory/],
  ['Requested node configuration is not available', undefined, /less per node/],
  ['Node count specification invalid', '/nodes', /fewer nodes/],
  ['Invalid license specification', '/licenses', /licences/],
  ['Invalid job array specification', '/options/array', /0-15%4/],
])('a refusal with its next step: %s', (said, path, step) => {
  const failure = refusal(`Batch job submission failed: ${said}`)
  expect(failure.code).toBe('VALIDATION_FAILED')
  expect(failure.message).toContain(`Slurm refused the job: ${said}`)
  expect(failure.message).toMatch(step)
  expect(failure.details?.['path']).toBe(path)
})

test('elements as Slurm names them, long lists in pieces', () => {
  expect(targets('58', undefined)).toEqual(['58'])
  expect(targets('58', [3])).toEqual(['58_3'])
  expect(targets('58', [1, 2, 3, 7])).toEqual(['58_[1-3,7]'])
  const many = targets(
    '58',
    Array.from({ length: 2500 }, (_, n) => n * 2),
  )
  expect(many.length).toBeGreaterThan(1)
  expect(many.every((target) => target.length < 4100)).toBe(true)
})

test('complaints are one line, without control characters, bounded', () => {
  expect(complaint({ stderr: 'sbatch: error: one\n\nsbatch: error: \u001B[31mtwo\n' })).toBe('one; [31mtwo')
  expect(complaint({ stderr: "sbatch: error: can't open /home/jin/.headway/x: No such file\n" })).toBe(
    "can't open …: No such file",
  )
  expect(complaint({ stderr: 'sbatch: error: Invalid account or account/partition combination\n' })).toContain(
    'account/partition',
  )
  expect(complaint({ stderr: 'x'.repeat(100_000) })).toHaveLength(600)
})
