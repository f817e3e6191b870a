import type { AppErrorValue } from '../../../contract/errors.ts'
import type { JobFile } from '../../../contract/jobs.ts'
import type {
  OutboxAction,
  OutboxMoment,
  OutboxQuestion,
  OutboxResult,
  OutboxWait,
  OutboxWhen,
} from '../../../contract/outbox.ts'
import type { Template } from '../../../contract/templates.ts'
import { hasEnded, withoutDependency, type OutboxRecord } from './record.ts'

/**
 * The steps of an entry's life, pure: each takes the record and the time (ISO 8601) and gives the record after it, or undefined
 * where the step is not possible in its state. What is sent is neither edited, held nor deleted until an answer has come.
 */

/** Of a long story the first lines and the last ones are kept. */
const mostMoments = 100

function told(
  record: OutboxRecord,
  at: string,
  what: OutboxMoment['what'],
  more: Omit<OutboxMoment, 'at' | 'what'> = {},
): Pick<OutboxRecord, 'story' | 'updatedAt'> {
  const story = [...record.story, { at, what, ...more }]
  if (story.length > mostMoments) story.splice(mostMoments / 2, story.length - mostMoments)
  return { story, updatedAt: at }
}

/** Without what belonged to the state it was in. */
function plain(record: OutboxRecord): OutboxRecord {
  const { question: _question, error: _error, wait: _wait, ...rest } = record
  return rest
}

export const isOpen = (record: OutboxRecord): boolean => !record.sent && record.phase !== 'done'

export function hold(record: OutboxRecord, at: string): OutboxRecord | undefined {
  if (record.sent || (record.phase !== 'queued' && record.phase !== 'asking')) return undefined
  return { ...plain(record), phase: 'held', ...told(record, at, 'held') }
}

export function release(record: OutboxRecord, at: string): OutboxRecord | undefined {
  return record.phase === 'held' ? { ...plain(record), phase: 'queued', ...told(record, at, 'released') } : undefined
}

export function edit(
  record: OutboxRecord,
  at: string,
  to: { action?: OutboxAction | undefined; when?: OutboxWhen | undefined; template?: Template | undefined },
): OutboxRecord | undefined {
  const { action = record.action, when = record.when } = to
  if (!isOpen(record) || action.kind !== record.action.kind) return undefined
  const { files: _files, unchecked: _unchecked, template, ...rest } = plain(record)
  const seen = to.template ?? template
  return {
    ...rest,
    action,
    when,
    ...(seen === undefined ? {} : { template: seen }),
    round: record.phase === 'failed' ? record.round + 1 : record.round,
    phase: record.phase === 'held' ? 'held' : 'queued',
    ...told(record, at, 'edited'),
  }
}

export function retry(record: OutboxRecord, at: string): OutboxRecord | undefined {
  if (record.phase !== 'failed') return undefined
  // In doubt it is the same request as before; refused, it is a new one.
  const round = record.sent ? record.round : record.round + 1
  return { ...plain(record), phase: 'queued', round, ...told(record, at, 'retried') }
}

export function ask(record: OutboxRecord, at: string, question: OutboxQuestion): OutboxRecord | undefined {
  if (record.sent || hasEnded(record)) return undefined
  return { ...plain(record), phase: 'asking', question, ...told(record, at, 'asked') }
}

/** Yes to `question`: its own, or one that its standing puts (an entry it depends on has failed). */
export function accept(record: OutboxRecord, at: string, question: OutboxQuestion): OutboxRecord | undefined {
  if (record.sent || hasEnded(record)) return undefined
  const next: OutboxRecord = { ...plain(record), phase: 'queued', ...told(record, at, 'accepted') }
  switch (question.kind) {
    case 'template-changed': {
      if (record.action.kind !== 'submit') return undefined
      const { template: _seen, ...rest } = next
      return { ...rest, action: atVersion(record.action, question) }
    }
    case 'checks':
      return { ...next, unchecked: true }
    case 'dependency':
      return { ...next, action: withoutDependency(record.action, question.entry) }
    default:
      return undefined
  }
}

/** With the new version, and without values for what it has no more. */
function atVersion(
  action: Extract<OutboxAction, { kind: 'submit' }>,
  { to, differences }: Extract<OutboxQuestion, { kind: 'template-changed' }>,
): OutboxAction {
  const gone = new Set(
    differences.flatMap(({ part, key, after }) => (part === 'parameter' && after === undefined ? [key] : [])),
  )
  const { parameters, ...submission } = action.submission
  const left = Object.entries(parameters ?? {}).filter(([key]) => !gone.has(key))
  return {
    ...action,
    submission: {
      ...submission,
      templateVersion: to,
      ...(parameters === undefined ? {} : { parameters: Object.fromEntries(left) }),
    },
  }
}

/** What it waits for now; undefined where that is told already. */
export function waiting(record: OutboxRecord, at: string, wait: OutboxWait | undefined): OutboxRecord | undefined {
  if (record.wait === wait || hasEnded(record)) return undefined
  const { wait: before, ...rest } = record
  const over = before === 'network' ? 'network-back' : before === 'sign-in' ? 'signed-in' : undefined
  // The turn of each is no news.
  const news = wait === undefined || wait === 'turn' ? over : 'waiting'
  return {
    ...rest,
    ...(wait === undefined ? {} : { wait }),
    ...(news === undefined ? {} : told(record, at, news, news === 'waiting' && wait !== undefined ? { wait } : {})),
  }
}

export function filesReady(record: OutboxRecord, at: string, files: JobFile[]): OutboxRecord {
  return { ...record, files, ...(files.length === 0 ? {} : told(record, at, 'files-ready')) }
}

/** On the disk before the request leaves. */
export function sending(record: OutboxRecord, at: string): OutboxRecord {
  return record.sent ? record : { ...plain(record), sent: true, ...told(record, at, 'sending') }
}

/** No answer: it may have been done. */
export function answerLost(record: OutboxRecord, at: string): OutboxRecord {
  return record.story.at(-1)?.what === 'answer-lost' ? record : { ...record, ...told(record, at, 'answer-lost') }
}

/** The site answered that it did nothing with this request. `before`: whether an earlier one may have reached it. */
export const notTaken = (record: OutboxRecord, before: boolean): OutboxRecord => ({ ...record, sent: before })

export function done(record: OutboxRecord, at: string, result: OutboxResult): OutboxRecord {
  return { ...plain(record), phase: 'done', sent: false, result, ...told(record, at, 'done') }
}

/** `inDoubt`: it may have been done all the same. */
export function fail(record: OutboxRecord, at: string, error: AppErrorValue, inDoubt: boolean): OutboxRecord {
  return { ...plain(record), phase: 'failed', sent: inDoubt, error, ...told(record, at, 'failed', { error }) }
}
