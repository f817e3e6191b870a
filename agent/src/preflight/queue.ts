import type { Suggestion } from '../../../contract/preflight.ts'
import type { Partition, UserLimit } from '../scheduler/index.ts'
import type { Asked } from './asked.ts'
import { doubtful, type Finding, good, impossible, refused } from './finding.ts'
import { beyondLimit, beyondPartition, type Excess, withinLimit } from './limits.ts'

/** What the scheduler could tell; an undefined part it could not. */
export interface QueueFacts {
  partitions: readonly Partition[] | undefined
  limits: readonly UserLimit[] | undefined
  /** Jobs of the user that wait or run, as far as this agent knows. */
  jobsNow: number
}

/** Where the job would go: the partition it names, else the default one, and whether user and size fit there. */
export function checkQueue(asked: Asked, facts: QueueFacts): Finding[] {
  const user = userLimits(asked, facts.limits ?? [])
  const names = checkNames(asked, facts.limits ?? [])
  const limited = user.flatMap((limit) => beyondLimit(asked, limit).map((excess) => overLimit(excess, asked)))
  const counted = user.flatMap((limit) => checkCounts(asked, limit, facts.jobsNow))
  const place = checkPlace(asked, facts, user)
  const all = [...place, ...names, ...limited, ...counted]
  return all.some(({ check }) => check.code !== 'partition' && check.level !== 'ok')
    ? all.filter(({ check }) => check.code !== 'partition')
    : all
}

function checkPlace(asked: Asked, { partitions = [] }: QueueFacts, user: readonly UserLimit[]): Finding[] {
  if (partitions.length === 0) return []
  const { partition: name } = asked.resources
  const partition = partitions.find((each) => (name === undefined ? each.isDefault : each.name === name))
  if (partition === undefined) {
    if (name === undefined) return []
    const known = partitions.map((each) => each.name)
    return [refused('partition-unknown', { partition: name, known }, elsewhere(asked, partitions, user))]
  }
  const anyGpus = partitions.some(({ gpusPerNode }) => gpusPerNode !== undefined)
  const others = partitions.filter((each) => each !== partition)
  const somewhere = elsewhere(asked, others, user)
  return [
    ...down(partition, somewhere),
    ...closed(partition, user, somewhere),
    ...beyondPartition(asked, partition, anyGpus).map((excess) =>
      impossible('limit', excess, [...withinLimit(excess, asked, partition), ...somewhere]),
    ),
    good('partition', { partition: partition.name }),
  ]
}

function down(partition: Partition, somewhere: Suggestion[]): Finding[] {
  if (partition.up) return []
  const state = partition.state ?? 'DOWN'
  // scontrol(1): DOWN still queues jobs; DRAIN and INACTIVE turn them away.
  const refuses = state !== 'DOWN'
  const data = { partition: partition.name, state, refuses }
  return [refuses ? refused('partition-down', data, somewhere) : doubtful('partition-down', data, somewhere)]
}

function closed(partition: Partition, user: readonly UserLimit[], somewhere: Suggestion[]): Finding[] {
  const { name, allowAccounts, allowQos, allowGroups } = partition
  const findings: Finding[] = []
  for (const [by, allowed, kind] of [
    ['account', allowAccounts, 'association'],
    ['qos', allowQos, 'qos'],
  ] as const) {
    const own = user.find((limit) => limit.kind === kind)?.name
    if (allowed === undefined || own === undefined || allowed.includes(own)) continue
    findings.push(impossible('partition-closed', { partition: name, by, allowed: [...allowed] }, somewhere))
  }
  if (allowGroups !== undefined && allowGroups.length > 0)
    findings.push(doubtful('partition-groups', { partition: name, groups: [...allowGroups] }))
  return findings
}

/** Whether a partition that is up would take the job as it is. */
function fits(asked: Asked, partition: Partition, user: readonly UserLimit[]): boolean {
  return (
    partition.up &&
    (partition.allowGroups ?? []).length === 0 &&
    closed(partition, user, []).length === 0 &&
    beyondPartition(asked, partition, true).length === 0
  )
}

/** Another partition where the job fits; the default one first. */
function elsewhere(asked: Asked, partitions: readonly Partition[], user: readonly UserLimit[]): Suggestion[] {
  const fitting = partitions.filter((partition) => fits(asked, partition, user))
  const best = fitting.find(({ isDefault }) => isDefault) ?? fitting[0]
  return best === undefined ? [] : [{ field: 'partition', value: best.name }]
}

const overLimit = (excess: Excess, asked: Asked): Finding => impossible('limit', excess, withinLimit(excess, asked))

/** The association and the QOS that the job would count against: those it names, else the user's defaults. */
export function userLimits({ resources, options }: Asked, limits: readonly UserLimit[]): UserLimit[] {
  const accounts = limits.filter(({ kind }) => kind === 'association')
  const own = accounts.filter(({ name, isDefault }) =>
    options.account === undefined ? isDefault : name === options.account,
  )
  // The one for this very partition stands before the one for all.
  const account =
    own.find(({ partition }) => partition !== undefined && partition === resources.partition) ??
    own.find(({ partition }) => partition === undefined)
  const qos = limits.filter(({ kind }) => kind === 'qos')
  const quality = qos.find(({ name, isDefault }) => (options.qos === undefined ? isDefault : name === options.qos))
  return [account, quality].filter((limit) => limit !== undefined)
}

/** `sbatch --nodes=3 --ntasks=1` runs on one node: a task is never split. */
export function checkSpread({ resources: { nodes, tasks } }: Asked): Finding[] {
  if (tasks >= nodes) return []
  return [
    doubtful('nodes-idle', { nodes, tasks }, [
      { field: 'tasks', value: nodes },
      { field: 'nodes', value: tasks },
    ]),
  ]
}

/** Names of accounts and QOS that the user has not got. */
function checkNames({ options }: Asked, limits: readonly UserLimit[]): Finding[] {
  const findings: Finding[] = []
  const accounts = accountsOf(limits)
  if (options.account !== undefined && accounts.length > 0 && !accounts.some(({ name }) => name === options.account)) {
    const known = accounts.map(({ name }) => name)
    const next = first('account', accounts)
    findings.push(impossible('account-unknown', { account: options.account, known }, next))
  }
  const qualities = qosOf(limits)
  if (options.qos !== undefined && qualities.length > 0 && !qualities.some(({ name }) => name === options.qos)) {
    const known = qualities.map(({ name }) => name)
    findings.push(impossible('qos-unknown', { qos: options.qos, known }, first('qos', qualities)))
  }
  return findings
}

interface Named {
  name: string
  isDefault: boolean
}

function first(field: 'account' | 'qos', of: readonly Named[]): Suggestion[] {
  const best = of.find(({ isDefault }) => isDefault) ?? of[0]
  return best === undefined ? [] : [{ field, value: best.name }]
}

/** Each account once. */
export function accountsOf(limits: readonly UserLimit[]): Named[] {
  return named(limits.filter(({ kind }) => kind === 'association'))
}

/** Each QOS once: those with limits of their own, and those an association names. */
export function qosOf(limits: readonly UserLimit[]): Named[] {
  const mentioned = limits.flatMap(({ qos = [] }) => qos.map((name) => ({ name, isDefault: false })))
  return named([...limits.filter(({ kind }) => kind === 'qos'), ...mentioned])
}

function named(items: readonly Named[]): Named[] {
  const all = new Map<string, Named>()
  for (const { name, isDefault } of items) {
    all.set(name, { name, isDefault: isDefault || (all.get(name)?.isDefault ?? false) })
  }
  return [...all.values()].sort((a, b) => Number(b.isDefault) - Number(a.isDefault) || (a.name < b.name ? -1 : 1))
}

function checkCounts({ adds }: Asked, limit: UserLimit, now: number): Finding[] {
  const source = limit.kind === 'qos' ? ('qos' as const) : ('account' as const)
  const { name, maxSubmit, maxJobs } = limit
  if (maxSubmit !== undefined && now + adds > maxSubmit)
    return [impossible('submit-limit', { now, adds, limit: maxSubmit, source, name })]
  return maxJobs !== undefined && now >= maxJobs ? [doubtful('run-limit', { now, limit: maxJobs, source, name })] : []
}
