import type { JobChoices } from '../../../../contract/preflight.ts'
import { formatDuration, formatLimit, formatNumber } from '../../ui/format.ts'
import type { Language, Say } from '../../ui/text.ts'
import type { newJobMessages } from './messages.ts'

type SayNewJob = Say<typeof newJobMessages.entries>

/** A name that a field offers. */
export interface NamedChoice {
  value: string
  /** What follows the name in the list. */
  note?: string
  /** A second line in the list. */
  more?: string
}

const MIB = 1_048_576

/** A partition's size and limits in one line: `4 nodes · 64 cores · 62.5 GB per node · 12 h`. */
export function partitionSize(partition: JobChoices['partitions'][number], say: SayNewJob, language: Language): string {
  const { nodes, cores, gpusPerNode, memoryPerNodeMb, maxMinutes, maxNodes } = partition
  return [
    say('count.nodes', { count: nodes }),
    say('count.cores', { count: cores }),
    ...(memoryPerNodeMb === undefined
      ? []
      : [say('partition.memory', { size: memoryText(memoryPerNodeMb, language) })]),
    ...(gpusPerNode === undefined || gpusPerNode === 0 ? [] : [say('partition.gpus', { count: gpusPerNode })]),
    ...(maxNodes === undefined || maxNodes >= nodes ? [] : [say('partition.maxNodes', { count: maxNodes })]),
    ...(maxMinutes === undefined ? [] : [say('partition.time', { time: formatDuration(maxMinutes * 60, language) })]),
  ].join(' · ')
}

/** Memory of a node: round where its administrator was. */
function memoryText(mb: number, language: Language): string {
  return mb % 1024 === 0 || mb < 1024 ? formatLimit(mb * MIB, language) : `${formatNumber(mb / 1024, language, 1)} GB`
}

/** The partitions as the form offers them, the default one first. */
export function partitionChoices(choices: JobChoices | undefined, say: SayNewJob, language: Language): NamedChoice[] {
  const partitions = [...(choices?.partitions ?? [])].sort((a, b) => Number(b.isDefault) - Number(a.isDefault))
  return partitions.map((partition) => {
    const notes = [
      ...(partition.isDefault ? [say('choice.default')] : []),
      ...(partition.up ? [] : [say('partition.down', { state: partition.state ?? 'DOWN' })]),
    ]
    return {
      value: partition.name,
      ...(notes.length === 0 ? {} : { note: notes.join(', ') }),
      more: partitionSize(partition, say, language),
    }
  })
}

/** Accounts or QOS as the form offers them. */
export function nameChoices(names: JobChoices['accounts'], say: SayNewJob): NamedChoice[] {
  return names.map(({ name, isDefault }) => ({ value: name, ...(isDefault ? { note: say('choice.default') } : {}) }))
}

/** What an empty field means: the site's default, by its name where that is known. */
export function defaultText(
  names: readonly { name: string; isDefault: boolean }[],
  otherwise: string,
  say: SayNewJob,
): string {
  const name = names.find(({ isDefault }) => isDefault)?.name
  return name === undefined ? otherwise : say('choice.defaultOf', { name })
}
