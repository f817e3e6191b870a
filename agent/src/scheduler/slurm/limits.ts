import type { UserLimit } from '../scheduler.ts'
import { bytesOf } from './accounting.ts'
import { present } from './inventory.ts'
import { minutesOf } from './times.ts'

const associations = [
  'Account',
  'Partition',
  'QOS',
  'DefaultQOS',
  'MaxJobs',
  'MaxSubmit',
  'MaxWall',
  'MaxTRES',
] as const
const qualities = ['Name', 'MaxJobsPU', 'MaxSubmitPU', 'MaxWall', 'MaxTRES'] as const

const asked = (fields: readonly string[]): string[] => ['--noheader', '--parsable2', 'show', ...fields]
export const associationArguments = (user: string): string[] =>
  asked(['association', `user=${user}`, `format=${associations.join(',')}`])
export const userArguments = (user: string): string[] => asked(['user', `name=${user}`, 'format=DefaultAccount'])
export const qosArguments = asked(['qos', `format=${qualities.join(',')}`])

const count = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined

/** `cpu=4,gres/gpu=2,mem=100G,node=2`: what one job may have. A bare amount of memory is MiB here. */
export function tresOf(text: string): Pick<UserLimit, 'maxNodes' | 'maxCores' | 'maxMemoryMb' | 'maxGpus'> {
  const parts = new Map<string, string>()
  for (const part of text.split(',')) {
    const at = part.indexOf('=')
    if (at > 0) parts.set(part.slice(0, at), part.slice(at + 1))
  }
  const memory = parts.get('mem')
  const bytes = memory === undefined ? undefined : bytesOf(/^\d+$/.test(memory) ? `${memory}M` : memory)
  return present({
    maxNodes: count(parts.get('node')),
    maxCores: count(parts.get('cpu')),
    maxMemoryMb: bytes === undefined ? undefined : Math.floor(bytes / 1_048_576),
    maxGpus: count(parts.get('gres/gpu')),
  })
}

/** What `sacctmgr` says of one user, and of the QOS that their associations may use; limits of a user first. */
export function limitsOf(answers: { associations: string; defaultAccount: string; qos: string }): UserLimit[] {
  const own: UserLimit[] = []
  const usable = new Set<string>()
  const usual = new Set<string>()
  for (const line of answers.associations.split('\n')) {
    const [name = '', partition = '', qos = '', defaultQos = '', jobs, submit, wall = '', tres = ''] = line.split('|')
    if (name === '') continue
    const list = qos.split(',').filter((each) => each !== '')
    for (const each of list) usable.add(each)
    if (defaultQos !== '') usual.add(defaultQos)
    own.push({
      kind: 'association',
      name,
      isDefault: name === answers.defaultAccount.trim(),
      ...present({
        partition: partition === '' ? undefined : partition,
        qos: list.length === 0 ? undefined : list,
        maxJobs: count(jobs),
        maxSubmit: count(submit),
        maxMinutes: minutesOf(wall),
      }),
      ...tresOf(tres),
    })
  }
  const shared: UserLimit[] = []
  for (const line of answers.qos.split('\n')) {
    const [name = '', jobs, submit, wall = '', tres = ''] = line.split('|')
    if (!usable.has(name)) continue
    shared.push({
      kind: 'qos',
      name,
      // With none named, Slurm takes `normal`.
      isDefault: usual.size === 0 ? name === 'normal' : usual.has(name),
      ...present({ maxJobs: count(jobs), maxSubmit: count(submit), maxMinutes: minutesOf(wall) }),
      ...tresOf(tres),
    })
  }
  return [...own, ...shared]
}
