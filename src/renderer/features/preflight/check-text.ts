import type { Check, CheckCode, CheckData, Suggestion } from '../../../../contract/preflight.ts'
import { formatBytes, formatDuration, formatMemory, formatNumber, formatTime } from '../../ui/format.ts'
import type { Language, Say } from '../../ui/text.ts'
import type { preflightMessages } from './messages.ts'

export type SayPreflight = Say<typeof preflightMessages.entries>

const MIB = 1_048_576

interface Words {
  say: SayPreflight
  language: Language
}

const list = (names: readonly string[]): string => names.join(', ')
/** A sentence of somebody else's without its full stop: ours ends with one. */
const clause = (text: string): string => text.trim().replace(/\.+$/, '')

const source = (say: SayPreflight, { source: of, name }: { source: 'partition' | 'account' | 'qos'; name: string }) =>
  say(`source.${of}`, { name })

function limitText({ what, asked, limit, ...of }: CheckData['limit'], { say, language }: Words): string {
  const from = source(say, of)
  if (what === 'gpus' && limit === 0) return say('limit.noGpus', { source: from, asked })
  const amount = (value: number): string => {
    if (what === 'time') return formatDuration(value * 60, language)
    return what === 'memory' ? formatMemory(value * MIB, language) : formatNumber(value, language)
  }
  return say(`limit.${what}`, { source: from, limit: amount(limit), asked: amount(asked) })
}

function pastText(
  code: 'memory-generous' | 'memory-tight' | 'time-generous' | 'time-tight',
  { runs, low, high, asked }: CheckData['memory-generous'],
  { say, language }: Words,
): string {
  const amount = (value: number) =>
    code.startsWith('memory') ? formatMemory(value, language) : formatDuration(value, language)
  const [least, most] = [amount(low), amount(high)]
  const used = least === most ? most : say('past.range', { low: least, high: most })
  return say(code, { runs, used, asked: amount(asked) })
}

/** Sentences by code: one that lacks its sentence is a type error. */
const sentences: { [C in CheckCode]: (data: CheckData[C], words: Words) => string } = {
  partition: (data, { say }) => say('partition', data),
  'partition-unknown': ({ partition, known }, { say }) => say('partition-unknown', { partition, known: list(known) }),
  'partition-down': ({ partition, state, refuses }, { say }) =>
    say(refuses ? 'partition-down.refuses' : 'partition-down.waits', { partition, state }),
  'partition-closed': ({ partition, by, allowed }, { say }) =>
    say(`partition-closed.${by}`, { partition, allowed: list(allowed) }),
  'partition-groups': ({ partition, groups }, { say }) => say('partition-groups', { partition, groups: list(groups) }),
  'account-unknown': ({ account, known }, { say }) => say('account-unknown', { account, known: list(known) }),
  'qos-unknown': ({ qos, known }, { say }) => say('qos-unknown', { qos, known: list(known) }),
  limit: limitText,
  'nodes-idle': ({ nodes, tasks }, { say }) => say('nodes-idle', { nodes, count: tasks }),
  'submit-limit': ({ now, adds, limit, ...of }, { say }) =>
    say('submit-limit', { now, adds, limit, source: source(say, of) }),
  'run-limit': ({ now, limit, ...of }, { say }) => say('run-limit', { now, limit, source: source(say, of) }),
  files: ({ count, bytes }, { say, language }) => say('files', { count, bytes: formatBytes(bytes, language) }),
  'files-coming': ({ count, bytes }, { say, language }) =>
    say('files-coming', { count, bytes: formatBytes(bytes, language) }),
  'file-unknown': (data, { say }) => say('file-unknown', data),
  'file-unfinished': (data, { say }) => say('file-unfinished', data),
  slot: ({ slot, reason }, { say }) => say('slot', { slot, reason: clause(reason) }),
  'too-many-files': (data, { say }) => say('too-many-files', data),
  commands: ({ commands }, { say }) => say('commands', { commands: list(commands) }),
  'commands-missing': ({ commands }, { say }) => say('commands-missing', { commands: list(commands) }),
  parameter: ({ parameter, reason }, { say }) => say('parameter', { parameter, reason: clause(reason) }),
  'template-version': (data, { say }) => say('template-version', data),
  space: ({ free }, { say, language }) => say('space', { free: formatBytes(free, language) }),
  'space-short': ({ needed, free }, { say, language }) =>
    say('space-short', { needed: formatBytes(needed, language), free: formatBytes(free, language) }),
  licenses: ({ licenses }, { say }) =>
    say('licenses', { list: licenses.map(({ name, free }) => `${name} ${free}`).join(', ') }),
  'license-unknown': ({ name, known }, { say }) => say('license-unknown', { name, known: list(known) }),
  'license-total': (data, { say }) => say('license-total', data),
  'license-busy': (data, { say }) => say('license-busy', data),
  'dependency-unknown': (data, { say }) => say('dependency-unknown', data),
  'dependency-never': ({ job, type, state }, { say }) =>
    type === 'afternotok'
      ? say('dependency-never.afternotok', { job })
      : say('dependency-never.afterok', { job, state }),
  'memory-generous': (data, words) => pastText('memory-generous', data, words),
  'memory-tight': (data, words) => pastText('memory-tight', data, words),
  'time-generous': (data, words) => pastText('time-generous', data, words),
  'time-tight': (data, words) => pastText('time-tight', data, words),
  refused: ({ reason }, { say }) => say('refused', { reason: clause(reason) }),
  'scheduler-silent': ({ since }, { say, language }) => say('scheduler-silent', { since: formatTime(since, language) }),
}

/** A check in the user's words; undefined for one that a newer agent knows and this window does not. */
export function checkText(check: Check, say: SayPreflight, language: Language): string | undefined {
  const sentence = sentences[check.code] as ((data: unknown, words: Words) => string) | undefined
  return sentence?.(check.data, { say, language })
}

/** What the button beside a check says. */
export function suggestionText({ field, value }: Suggestion, say: SayPreflight, language: Language): string {
  const amount = Number(value)
  switch (field) {
    case 'nodes':
    case 'tasks':
    case 'gpus':
      return say(`use.${field}`, { count: amount })
    case 'timeMinutes':
      return say('use.value', { value: formatDuration(amount * 60, language) })
    case 'memoryMb':
      return say('use.value', { value: formatMemory(amount * MIB, language) })
    default:
      return say(`use.${field}`, { value })
  }
}

/** When it would start, in words. `now` in milliseconds. */
export function startText(at: string, say: SayPreflight, language: Language, now: number): string {
  const seconds = (Date.parse(at) - now) / 1000
  if (seconds < 60) return say('start.soon')
  return say('start.at', { time: formatTime(at, language, now), wait: formatDuration(coarse(seconds), language) })
}

/** Nobody needs the second of a guess. */
const coarse = (seconds: number): number =>
  seconds > 7200 ? Math.round(seconds / 600) * 600 : Math.round(seconds / 60) * 60
