import { describe, expect, it } from 'vitest'
import { Value } from 'typebox/value'
import { JobOptions, Resources } from '../../../../contract/resources.ts'
import { sayIn } from '../../../../src/renderer/ui/text.ts'
import { newJobMessages } from '../../../../src/renderer/features/new-job/messages.ts'
import { filesToCheck } from '../../../../src/renderer/features/new-job/planned.ts'
import { defaultText, partitionChoices } from '../../../../src/renderer/features/new-job/partition-choices.ts'
import { arrayText, queueProblemText } from '../../../../src/renderer/features/new-job/queue-text.ts'
import {
  checkQueue,
  plainQueue,
  rawQueue,
  usedFields,
  type RawQueue,
} from '../../../../src/renderer/features/new-job/queue.ts'

const now = Date.parse('2026-11-21T12:00:00Z')
const check = (more: Partial<RawQueue>) => checkQueue({ ...plainQueue, ...more }, now)
const say = sayIn(newJobMessages, 'en')

describe('options of the queue', () => {
  it('are nothing where nothing is filled in', () => {
    expect(check({})).toEqual({ resources: {}, options: {}, problems: new Map() })
    expect(usedFields(plainQueue)).toEqual([])
  })

  it('become what the contract takes', () => {
    const begin = '2026-11-21T23:30'
    const { resources, options, problems } = check({
      account: ' lab ',
      qos: 'short',
      reservation: 'course',
      array: '0-15:2%4',
      dependencies: [{ type: 'afterok', job: '12' }],
      singleton: true,
      begin,
      exclusive: true,
      licenses: 'abaqus@lic1:5',
      gres: 'gpu:a100:2',
      constraint: 'avx512&(ib|opa)',
      environment: 'OMP_NUM_THREADS=4\n\n  MODE=a=b \n',
    })
    expect(problems.size).toBe(0)
    expect(options).toEqual({
      account: 'lab',
      qos: 'short',
      reservation: 'course',
      array: '0-15:2%4',
      dependencies: [{ type: 'afterok', job: '12' }],
      singleton: true,
      begin: new Date(begin).toISOString(),
      environment: { OMP_NUM_THREADS: '4', MODE: 'a=b ' },
    })
    expect(Value.Check(JobOptions, options)).toBe(true)
    expect(Value.Check(Resources, { nodes: 1, tasks: 1, timeMinutes: 1, ...resources })).toBe(true)
  })

  it.each([
    [{ account: 'a b' }, 'account', 'name'],
    [{ licenses: 'abaqus: 5' }, 'licenses', 'counted'],
    [{ constraint: 'a;b' }, 'constraint', 'constraint'],
    [{ array: 'a-b' }, 'array', 'array'],
    [{ array: '9-3' }, 'array', 'array-backwards'],
    [{ begin: '2026-11-01T00:00' }, 'begin', 'begin-past'],
    [{ environment: 'A=1\n2B=1' }, 'environment', 'environment'],
  ] as const)('%j is said to be wrong beside its field', (fields, field, kind) => {
    const problem = check(fields).problems.get(field)
    expect(problem?.kind).toBe(kind)
    if (problem !== undefined) expect(queueProblemText(say, problem)).not.toContain('{{')
  })

  it('of an older job come again, but neither its dependencies nor its time', () => {
    const again = rawQueue(
      { gres: 'gpu:1', exclusive: true },
      {
        account: 'lab',
        dependencies: [{ type: 'afterok', job: '3' }],
        begin: '2026-11-20T00:00:00Z',
        environment: { A: '1' },
      },
    )
    expect(again).toEqual({ ...plainQueue, gres: 'gpu:1', exclusive: true, account: 'lab', environment: 'A=1' })
    expect(usedFields(again)).toEqual(['account', 'exclusive', 'gres', 'environment'])
  })
})

describe('an array', () => {
  it('is counted in words while it is typed', () => {
    expect(arrayText(say, '0-15%4')).toBe('16 tasks, at most 4 at a time')
    expect(arrayText(say, '3')).toBe('1 task')
    expect(arrayText(say, '0-3%9')).toBe('4 tasks')
    expect(arrayText(say, '0-')).toBeUndefined()
    expect(arrayText(sayIn(newJobMessages, 'ko'), '0-15%4')).toBe('작업 16개, 한 번에 4개까지')
  })
})

describe('partitions to choose from', () => {
  const partition = { isDefault: false, up: true, nodes: 2, cores: 16, memoryPerNodeMb: 32_768, gpusPerNode: 2 }
  const choices = {
    scheduler: 'slurm' as const,
    partitions: [
      { ...partition, name: 'viz', maxMinutes: 720 },
      { name: 'compute', isDefault: true, up: false, state: 'DRAIN', nodes: 4, cores: 64 },
    ],
    accounts: [],
    qos: [],
    licenses: [],
  }
  it('say their size, limits and whether they are up, the default one first', () =>
    expect(partitionChoices(choices, say, 'en')).toEqual([
      { value: 'compute', note: 'default, not up (DRAIN)', more: '4 nodes · 64 cores' },
      { value: 'viz', more: '2 nodes · 16 cores · 32 GB per node · 2 GPUs per node · up to 12 h' },
    ]))
  it('name the default in the empty field', () => {
    expect(defaultText(choices.partitions, 'site default', say)).toBe('compute (default)')
    expect(defaultText([], 'site default', say)).toBe('site default')
  })
})

it('asks about files by the agent’s ids, and about those that are still to come', () => {
  const upload = {
    id: 'u',
    site: 's',
    label: 'l',
    name: 'a.msh',
    folder: '',
    size: 10,
    class: 'mesh' as const,
    slot: 'mesh',
    sent: 4.5,
    bytesPerSecond: 0,
    reused: 0,
    crossed: 0,
    createdAt: '',
    updatedAt: '',
  }
  expect(
    filesToCheck(
      [
        { ...upload, state: 'uploading' },
        { ...upload, state: 'uploaded', agentUploadId: 'x' },
      ],
      [{ agentUploadId: 'old', name: 'b', size: 1 }],
    ),
  ).toEqual({
    stored: [{ uploadId: 'old' }, { uploadId: 'x', slot: 'mesh' }],
    planned: [{ name: 'a.msh', folder: '', size: 10, sent: 4, slot: 'mesh' }],
  })
})
