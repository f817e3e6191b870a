import { describe, expect, it } from 'vitest'
import type { Partition, UserLimit } from '../../../../agent/src/scheduler/index.ts'
import { type Asked, askedOf } from '../../../../agent/src/preflight/asked.ts'
import { judge } from '../../../../agent/src/preflight/index.ts'
import { askedLicenses, checkLicenses } from '../../../../agent/src/preflight/licenses.ts'
import { niceMemory, niceMinutes } from '../../../../agent/src/preflight/past-runs.ts'
import { accountsOf, checkQueue, qosOf, type QueueFacts } from '../../../../agent/src/preflight/queue.ts'

const compute: Partition = {
  name: 'compute',
  isDefault: true,
  up: true,
  nodes: 4,
  cores: 64,
  coresPerNode: 16,
  memoryPerNodeMb: 64_000,
}
const viz: Partition = {
  name: 'viz',
  isDefault: false,
  up: true,
  nodes: 2,
  cores: 16,
  coresPerNode: 8,
  memoryPerNodeMb: 32_000,
  gpusPerNode: 2,
  maxMinutes: 720,
}
const lab: UserLimit = { kind: 'association', name: 'lab', isDefault: true, qos: ['normal', 'short'] }
const short: UserLimit = { kind: 'qos', name: 'short', isDefault: false, maxMinutes: 30 }
const normal: UserLimit = { kind: 'qos', name: 'normal', isDefault: true }

const ask = (request: object = {}): Asked => askedOf({ name: 'x', command: 'true', ...request }, undefined)
const check = (request: object, facts: Partial<QueueFacts> = {}) =>
  checkQueue(ask(request), { partitions: [compute, viz], limits: [lab, normal, short], jobsNow: 0, ...facts }).map(
    ({ check: { code, data, next, level }, refusable }) => ({ code, data, next, level, refusable }),
  )
const codes = (...from: Parameters<typeof check>) => check(...from).map(({ code }) => code)

describe('where a job would go', () => {
  it('is the default partition where none is named, and good where all fits', () => {
    expect(codes({})).toEqual(['partition'])
    expect(check({ partition: 'viz' })[0]).toMatchObject({ code: 'partition', data: { partition: 'viz' } })
  })

  it('is not spoken of where the scheduler names no partitions', () => {
    expect(codes({ nodes: 99 }, { partitions: undefined })).toEqual([])
    expect(codes({ partition: 'x' }, { partitions: [] })).toEqual([])
  })

  it('leads elsewhere when the job does not fit', () => {
    expect(check({ gpus: 2 })).toEqual([
      {
        code: 'limit',
        level: 'warning',
        refusable: true,
        data: { what: 'gpus', asked: 2, limit: 0, source: 'partition', name: 'compute' },
        next: [{ field: 'partition', value: 'viz' }],
      },
    ])
    expect(check({ partition: 'viz', time: '3-0' })[0]).toMatchObject({
      data: { what: 'time', asked: 4320, limit: 720 },
      next: [
        { field: 'timeMinutes', value: 720 },
        { field: 'partition', value: 'compute' },
      ],
    })
  })

  it('counts cores by tasks and their cores, and knows how many nodes hold them', () => {
    expect(check({ tasks: 32 })[0]).toMatchObject({
      data: { what: 'cores', asked: 32, limit: 16 },
      next: [{ field: 'nodes', value: 2 }],
    })
    expect(codes({ tasks: 32, nodes: 2 })).toEqual(['partition'])
    expect(check({ tasks: 40, cpus_per_task: 2, nodes: 4 })[0]).toMatchObject({
      data: { what: 'cores', asked: 80, limit: 64 },
      next: [{ field: 'tasks', value: 32 }],
    })
  })

  it('names every excess by itself', () => {
    const all = check({ partition: 'viz', nodes: 3, memory_mb: 64_000, gpus: 9 })
    expect(all.map(({ data }) => ('what' in data ? data.what : ''))).toEqual(['nodes', 'memory', 'gpus'])
    expect(all[2]?.data).toMatchObject({ limit: 4 })
  })

  it('says nothing of GPUs where no partition is known to have any', () =>
    expect(codes({ gpus: 2 }, { partitions: [compute] })).toEqual(['partition']))

  it('tells a partition that keeps jobs waiting from one that turns them away', () => {
    const down = { ...viz, up: false, state: 'DOWN' }
    const drained = { ...viz, up: false, state: 'DRAIN' }
    expect(check({ partition: 'viz' }, { partitions: [compute, down] })[0]).toMatchObject({
      code: 'partition-down',
      level: 'warning',
      data: { refuses: false },
      next: [{ field: 'partition', value: 'compute' }],
    })
    expect(check({ partition: 'viz' }, { partitions: [compute, drained] })[0]).toMatchObject({ level: 'error' })
  })

  it('may be closed to an account, a QOS or a group', () => {
    const closed = { ...viz, allowAccounts: ['other'], allowQos: ['short'], allowGroups: ['cae'] }
    const facts = { partitions: [compute, closed] }
    expect(codes({ partition: 'viz' }, facts)).toEqual(['partition-closed', 'partition-closed', 'partition-groups'])
    expect(codes({ partition: 'viz', time: 10, options: { qos: 'short' } }, facts)).toEqual([
      'partition-closed',
      'partition-groups',
    ])
  })
})

describe('limits of the user', () => {
  it('are those of the account and QOS in use', () => {
    expect(codes({ time: 60 })).toEqual(['partition'])
    expect(check({ time: 60, options: { qos: 'short' } })[0]).toMatchObject({
      code: 'limit',
      data: { what: 'time', asked: 60, limit: 30, source: 'qos', name: 'short' },
      next: [{ field: 'timeMinutes', value: 30 }],
    })
  })

  it('know an account or a QOS that is not the user’s', () => {
    expect(check({ options: { account: 'else', qos: 'fast' } })).toMatchObject([
      { code: 'account-unknown', data: { known: ['lab'] }, next: [{ field: 'account', value: 'lab' }] },
      { code: 'qos-unknown', data: { known: ['normal', 'short'] } },
    ])
    expect(codes({ options: { account: 'else' } }, { limits: [] })).toEqual(['partition'])
  })

  it('count the jobs there are, and each element of an array', () => {
    const limits = [{ ...lab, maxSubmit: 10, maxJobs: 4 }]
    expect(codes({}, { limits, jobsNow: 3 })).toEqual(['partition'])
    expect(check({}, { limits, jobsNow: 4 })[0]).toMatchObject({ code: 'run-limit', refusable: false })
    expect(check({ options: { array: '0-14:2%3' } }, { limits, jobsNow: 3 })[0]).toMatchObject({
      code: 'submit-limit',
      refusable: true,
      data: { now: 3, adds: 8, limit: 10, source: 'account', name: 'lab' },
    })
  })

  it('hold memory for the whole job against what is asked per node', () =>
    expect(check({ nodes: 2, memory_mb: 3000 }, { limits: [{ ...lab, maxMemoryMb: 4096 }] })[0]).toMatchObject({
      data: { what: 'memory', asked: 3000, limit: 2048, source: 'account' },
    }))

  it('prefer the association of the partition itself', () => {
    const limits = [
      { ...lab, maxMinutes: 10 },
      { ...lab, partition: 'viz', maxMinutes: 100 },
    ]
    expect(codes({ partition: 'viz', time: 60 }, { limits })).toEqual(['partition'])
    expect(codes({ partition: 'compute', time: 60 }, { limits })).toEqual(['limit'])
  })
})

describe('what the user may choose', () => {
  it('names each account and QOS once, the default first', () => {
    expect(accountsOf([{ ...lab, partition: 'viz', isDefault: false }, lab, normal])).toEqual([
      { name: 'lab', isDefault: true },
    ])
    expect(qosOf([lab, normal, short]).map(({ name }) => name)).toEqual(['normal', 'short'])
  })
})

const knownLicenses = [
  { name: 'abaqus@lic1', total: 5, used: 4 },
  { name: 'ansys', total: 2, used: 0 },
]
const licensesOf = (text: string) =>
  checkLicenses(text, knownLicenses).map(({ check: { code, level } }) => `${code} ${level}`)

describe('licences', () => {
  it('are read as sbatch reads them', () =>
    expect(askedLicenses('abaqus@lic1:5,ansys')).toEqual([
      { name: 'abaqus@lic1', asked: 5 },
      { name: 'ansys', asked: 1 },
    ]))
  it('are free, busy, too many or unknown', () => {
    expect(licensesOf('ansys:2')).toEqual(['licenses ok'])
    expect(licensesOf('abaqus@lic1:2')).toEqual(['license-busy warning'])
    expect(licensesOf('ansys:3,fluent')).toEqual(['license-total warning', 'license-unknown warning'])
  })
  it('are not spoken of where nobody counts them', () => expect(checkLicenses('ansys', undefined)).toEqual([]))
})

describe('the scheduler’s own word', () => {
  const facts = { partitions: [compute], limits: [], jobsNow: 0 }
  it('makes an error of what explains it', () =>
    expect(judge(checkQueue(ask({ nodes: 9 }), facts), 'Node count invalid')).toMatchObject([
      { code: 'limit', level: 'error' },
    ]))
  it('stands for itself where nothing does', () =>
    expect(judge(checkQueue(ask(), facts), 'Invalid job array specification')).toMatchObject([
      { code: 'refused', level: 'error', data: { reason: 'Invalid job array specification' } },
      { code: 'partition', level: 'ok' },
    ]))
})

it('suggests figures that somebody would type', () => {
  expect([100, 1300, 5000, 15_975, 70_000].map(niceMemory)).toEqual([256, 1536, 5120, 16_384, 81_920])
  expect([0.1, 7, 127.5, 300, 3000].map(niceMinutes)).toEqual([5, 10, 135, 300, 3120])
})
