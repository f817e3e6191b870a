import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesOf, parseEnd, verdictsOf } from '../../../../../agent/src/scheduler/slurm/accounting.ts'
import { configOf, parseConfig, SEPARATOR } from '../../../../../agent/src/scheduler/slurm/commands.ts'
import { detailsOf } from '../../../../../agent/src/scheduler/slurm/details.ts'
import { parseEstimate } from '../../../../../agent/src/scheduler/slurm/estimate.ts'
import {
  gpusOf,
  nodesOf,
  parseLicense,
  parseNodeLine,
  parsePartition,
} from '../../../../../agent/src/scheduler/slurm/inventory.ts'
import { rowsOfJson } from '../../../../../agent/src/scheduler/slurm/json.ts'
import { limitsOf } from '../../../../../agent/src/scheduler/slurm/limits.ts'
import { commentsOf, recordedId } from '../../../../../agent/src/scheduler/slurm/lookup.ts'
import { idOfLine, parseRow } from '../../../../../agent/src/scheduler/slurm/queue-row.ts'
import { elementsOf, expressionOf } from '../../../../../agent/src/scheduler/slurm/ranges.ts'
import { parseRelease } from '../../../../../agent/src/scheduler/slurm/release.ts'
import { stateOf } from '../../../../../agent/src/scheduler/slurm/states.ts'
import { dateOf, minutesOf, secondsOf } from '../../../../../agent/src/scheduler/slurm/times.ts'
import { liveUsage, recordedUsage } from '../../../../../agent/src/scheduler/slurm/usage.ts'
import { linesOf, recorded } from './recorded.ts'

const at = new Date('2026-11-21T13:30:00Z')

test('the queue: states, ends, waiting elements and what a waiting job waits for', () => {
  const rows = linesOf('squeue.txt').map((line) => parseRow(line))
  expect(rows.every((row) => row !== undefined)).toBe(true)
  const of = (id: string) => rows.find((row) => row?.id === id)
  expect(of('55')).toMatchObject({ state: 'failed', exitCode: 3, signal: 0, nodes: 'c1', user: 'root' })
  expect(of('56')).toMatchObject({ state: 'failed', exitCode: 0, signal: 9 })
  expect(of('54')).toMatchObject({ state: 'timeout', timeMinutes: 1, endsAt: new Date(1_795_267_631_000) })
  expect(of('59')).toMatchObject({ state: 'pending', reason: 'JobHeldUser', priority: 0, startsAt: undefined })
  expect(of('61')).toMatchObject({ state: 'pending', reason: 'DependencyNeverSatisfied' })
  const array = rows.filter((row) => row?.id === '58')
  expect(array.map((row) => [row?.state, row?.elements])).toContainEqual(['pending', [6, 8, 10, 12, 14, 16, 18, 20]])
  expect(array.map((row) => [row?.state, row?.elements])).toContainEqual(['cancelled', [0]])
})

test('accounting: the same jobs, the same ends', () => {
  const ends = linesOf('sacct-ends.txt').map((line) => parseEnd(line))
  const of = (id: string) => ends.find((row) => row?.id === id)
  expect(of('55')).toMatchObject({ state: 'failed', exitCode: 3, signal: 0 })
  expect(of('54')).toMatchObject({ state: 'timeout', timeMinutes: 1 })
  expect(of('63')).toMatchObject({ state: 'cancelled', word: 'CANCELLED by 0' })
  expect(of('59')).toMatchObject({ state: 'pending', startsAt: undefined, nodes: '' })
  const elements = ends.filter((row) => row?.id === '66').map((row) => [row?.elements?.[0], row?.exitCode])
  expect(elements).toEqual([0, 1, 2, 3].map((n) => [n, n]))
  expect(ends.find((row) => row?.elements?.length === 8)).toMatchObject({ id: '58', state: 'pending' })
})

test('a kill for memory is told from a kill by somebody', () => {
  const verdicts = verdictsOf(recorded('sacct-memory.txt'))
  expect(verdicts.get('62')).toBe('It used 186 MiB of memory and had asked for 100 MiB')
  expect(verdicts.get('56')).toBe(false)
  expect(verdicts.get('58_0')).toBe(false)
})

test.each([
  ['7|FAILED||100M|1', '7.batch|RUNNING|||1', undefined],
  ['7|FAILED||16?|1', '7.batch|CANCELLED by 0|601048K||1', undefined],
  ['7|FAILED||0|1', '7.batch|CANCELLED by 0|601048K||1', false],
])('what accounting has not recorded whole decides nothing: %s %s', (job, step, verdict) => {
  expect(verdictsOf(`${job}\n${step}`.replaceAll('|', SEPARATOR)).get('7')).toBe(verdict)
})

test("the controller's own record, with names and comments of several lines", () => {
  const rows = detailsOf(recorded('scontrol-jobs.txt'))
  expect(rows.map(({ id, state }) => [id, state])).toEqual([
    ['54', 'timeout'],
    ['55', 'failed'],
    ['57', 'running'],
    ['58', 'cancelled'],
    ['62', 'failed'],
    ['58', 'running'],
    ['58', 'running'],
    ['58', 'pending'],
  ])
  expect(rows[1]).toMatchObject({ exitCode: 3, user: 'root', nodes: 'c1', startsAt: new Date(1_795_267_557_000) })
  expect(rows[7]?.elements).toHaveLength(8)
})

test('nodes, partitions, licences and limits', () => {
  const lines = linesOf('sinfo-nodes.txt').flatMap((line) => parseNodeLine(line) ?? [])
  const nodes = nodesOf(lines)
  expect(Object.keys(nodes)).toEqual(['c1', 'c2', 'c3', 'c4', 'v1', 'v2'])
  expect(nodes['v1']).toMatchObject({ memory: { totalMb: 32_000 }, partitions: ['viz'] })
  const partitions = linesOf('scontrol-partitions.txt').flatMap((line) => parsePartition(line, lines) ?? [])
  expect(partitions).toEqual([
    {
      name: 'compute',
      isDefault: true,
      nodes: 4,
      cores: 64,
      up: true,
      defaultMinutes: 60,
      coresPerNode: 16,
      memoryPerNodeMb: 64_000,
    },
    {
      name: 'viz',
      isDefault: false,
      nodes: 2,
      cores: 16,
      up: true,
      maxMinutes: 720,
      defaultMinutes: 120,
      coresPerNode: 8,
      memoryPerNodeMb: 32_000,
      gpusPerNode: 2,
    },
  ])
  expect(linesOf('scontrol-licenses.txt').map(parseLicense)).toEqual([
    expect.objectContaining({ name: 'abaqus', total: 5 }),
    expect.objectContaining({ name: 'ansys', total: 2 }),
  ])
  const limits = limitsOf({
    associations: recorded('sacctmgr-association.txt'),
    defaultAccount: 'lab\n',
    qos: recorded('sacctmgr-qos.txt'),
  })
  expect(limits).toEqual([
    { kind: 'association', name: 'lab', isDefault: true, qos: ['normal'], maxJobs: 2, maxSubmit: 3, maxCores: 4 },
    { kind: 'qos', name: 'normal', isDefault: true },
  ])
  expect(configOf(parseConfig(recorded('scontrol-config.txt')))).toEqual({
    messageTimeoutMs: 5000,
    minJobAgeMs: 300_000,
    privateJobs: false,
    hasAccounting: true,
  })
})

test('limits of partitions and GPUs as larger sites write them', () => {
  const line =
    'PartitionName=gpu AllowGroups=cae AllowAccounts=lab,ext AllowQos=ALL Default=NO DefaultTime=NONE MaxNodes=2 MaxTime=2-00:00:00 MaxCPUsPerNode=32 Nodes=g[1-8] State=DRAIN TotalCPUs=512 TotalNodes=8 MaxMemPerNode=100000'
  expect(parsePartition(line, [])).toEqual({
    name: 'gpu',
    isDefault: false,
    nodes: 8,
    cores: 64,
    up: false,
    state: 'DRAIN',
    maxMinutes: 2880,
    maxNodes: 2,
    coresPerNode: 32,
    memoryPerNodeMb: 100_000,
    allowAccounts: ['lab', 'ext'],
    allowGroups: ['cae'],
  })
  expect(['gpu:2(S:0)', 'gpu:a100:4,gpu:v100:2', '(null)', 'craynetwork:4', 'gpu:tesla:4(S:0-1)'].map(gpusOf)).toEqual([
    2, 6, 0, 0, 4,
  ])
})

test('numbers of a job', () => {
  expect(recordedUsage(recorded('sacct-usage.txt'), at)).toMatchObject({
    at,
    elapsedSeconds: 3,
    coreSeconds: 3,
    memoryBytes: 190_308 * 1024,
    memoryLimitBytes: 100 * 1024 ** 2,
    readBytes: 1_700_982,
    writtenBytes: 1701,
  })
  expect(liveUsage(recorded('sstat.txt'))?.memoryBytes).toBeGreaterThan(1_000_000)
  expect(liveUsage('')).toBeUndefined()
})

test('when a job would start, or why never', () => {
  const said = 'sbatch: Job 34 to start at 1795265633 using 16 processors on nodes c[1-2] in partition compute\n'
  expect(parseEstimate({ code: 0, stderr: said })).toEqual({ startsAt: new Date(1_795_265_633_000), nodes: 'c[1-2]' })
  const plain = 'sbatch: Job 35 to start at 2026-11-21T12:53:53 using 1 processors on nodes c1 in partition compute\n'
  expect(parseEstimate({ code: 0, stderr: plain }).startsAt).toEqual(new Date('2026-11-21T12:53:53Z'))
  const never = 'allocation failure: Requested node configuration is not available\n'
  expect(parseEstimate({ code: 1, stderr: never })).toEqual({
    problem: 'Requested node configuration is not available',
  })
})

test('jobs by what they carry, in the queue and in accounting', () => {
  const queue = commentsOf('7\u001Fheadway:k:0123456789ab\n9\u001F(null)\n8\u001Fheadway:k:0123456789ab\nx\u001Fy')
  expect(queue.get('headway:k:0123456789ab')).toBe('7')
  const past =
    '12_[0-3%2]\u001F\u001Fsbatch --parsable --comment=headway:a:1 --nodes=1\n13\u001Fheadway:b:1\u001Fsbatch x\n14\u001F\u001Fecho two\nlines'
  expect(recordedId(past, 'headway:a:1')).toBe('12')
  expect(recordedId(past, 'headway:b:1')).toBe('13')
  expect(recordedId(past, 'headway:a')).toBeUndefined()
})

test('words, times, ranges and releases', () => {
  expect(
    ['CANCELLED by 1001', 'RUNNING', 'OUT_OF_MEMORY', 'REQUEUE_HOLD', 'BANANA', 'constructor'].map(stateOf),
  ).toEqual(['cancelled', 'running', 'out_of_memory', 'pending', undefined, undefined])
  expect(['1-02:03:04', '12:00:00', '05:30', '00:01.500', 'UNLIMITED'].map(secondsOf)).toEqual([
    93_784,
    43_200,
    330,
    1.5,
    undefined,
  ])
  expect(['60', '1:00', '7-00:00:00', 'NONE'].map(minutesOf)).toEqual([60, 1, 10_080, undefined])
  expect(['0', 'N/A', 'Unknown', '1795265633'].map(dateOf)).toEqual([
    undefined,
    undefined,
    undefined,
    new Date(1_795_265_633_000),
  ])
  expect(['602752K', '1.50G', '256Mc', '100', 'x'].map(bytesOf)).toEqual([
    617_218_048,
    1_610_612_736,
    268_435_456,
    100,
    undefined,
  ])
  expect(elementsOf('[4,6-10:2%4]')).toEqual([4, 6, 8, 10])
  expect(['N/A', '', '5-1', '1-100000', '1-9999999', '1:2'].map((text) => elementsOf(text)?.length)).toEqual([
    undefined,
    undefined,
    undefined,
    100_000,
    undefined,
    undefined,
  ])
  expect(['slurm-wlm 22.05.8', 'slurm 25.05.0-0rc1', 'nothing'].map((text) => parseRelease(text)?.text)).toEqual([
    '22.05.8',
    '25.05.0-0rc1',
    undefined,
  ])
})

test('any elements become an expression that names just them', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 4_000_000 }), { minLength: 1, maxLength: 200 }),
      (elements) => {
        expect(elementsOf(expressionOf(elements))).toEqual(elements.toSorted((a, b) => a - b))
      },
    ),
  )
})

test('no line, however broken, makes a parser throw or takes long', () => {
  const recordedLine = fc.constantFrom(
    ...linesOf('squeue.txt'),
    ...linesOf('sacct-ends.txt'),
    ...linesOf('scontrol-jobs.txt'),
  )
  const damaged = fc
    .tuple(recordedLine, fc.nat(2000), fc.nat(200), fc.string({ unit: 'binary', maxLength: 40 }))
    .map(([line, from, length, put]) => line.slice(0, from) + put + line.slice(from + length))
  const any = fc.oneof(fc.string({ unit: 'binary', maxLength: 500 }), damaged, fc.constant('1'.repeat(10_000)))
  fc.assert(
    fc.property(any, (line) => {
      const rows = [parseRow(line), parseEnd(line), ...detailsOf(line)]
      for (const row of rows) if (row !== undefined) expect(row.id).toMatch(/^\d{1,10}$/)
      parseNodeLine(line)
      parsePartition(line, [])
      parseLicense(line)
      idOfLine(line)
      rowsOfJson(line)
      verdictsOf(line)
      recordedUsage(line, at)
      liveUsage(line)
      limitsOf({ associations: line, defaultAccount: line, qos: line })
      parseConfig(line)
      parseEstimate({ code: 0, stderr: line })
      commentsOf(line)
      recordedId(line, 'headway:k:1')
    }),
    { numRuns: 500 },
  )
})
