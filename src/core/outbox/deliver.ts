import type { JobFile, Submission } from '../../../contract/jobs.ts'
import type { OutboxAction, OutboxKind, OutboxQuestion, OutboxResult, OutboxWait } from '../../../contract/outbox.ts'
import type { Preflight } from '../../../contract/preflight.ts'
import type { Template } from '../../../contract/templates.ts'
import { differencesOf } from './differences.ts'
import type { OutboxRecord } from './record.ts'

/** One action, handed to its site. With the same `key` it is done once, and answered with what it made then. */
export type Delivery<K extends OutboxKind> = (request: {
  site: string
  action: Extract<OutboxAction, { kind: K }>
  key: string
  /** Of a submission: its files at the agent. */
  files: readonly JobFile[]
  signal: AbortSignal
}) => Promise<OutboxResult>

/** How each kind of action is handed over; every feature brings its own. */
export type Deliveries = { [K in OutboxKind]: Delivery<K> }

/** Hands an entry over. */
export function deliver(
  deliveries: Deliveries,
  { site, action }: OutboxRecord,
  request: { key: string; files: readonly JobFile[]; signal: AbortSignal },
): Promise<OutboxResult> {
  const give = <K extends OutboxKind>(kind: K, what: Extract<OutboxAction, { kind: K }>): Promise<OutboxResult> =>
    deliveries[kind]({ site, action: what, ...request })
  switch (action.kind) {
    case 'submit':
      return give('submit', action)
    case 'change':
      return give('change', action)
    case 'save-template':
      return give('save-template', action)
    case 'remove-template':
      return give('remove-template', action)
    case 'make-folder':
      return give('make-folder', action)
    case 'rename':
      return give('rename', action)
    case 'remove-files':
      return give('remove-files', action)
    default:
      return action satisfies never
  }
}

/** What is asked of a site before something that has waited is sent there; it changes nothing. */
export interface Questions {
  /** Undefined where it is gone. */
  template(site: string, id: string, signal: AbortSignal): Promise<Template | undefined>
  preflight(site: string, submission: Submission, files: readonly JobFile[], signal: AbortSignal): Promise<Preflight>
  /** Any answer will do. */
  probe(site: string, signal: AbortSignal): Promise<void>
}

/** What was found: it may go, the user has to be asked, or it has to rest. */
export type Verdict = { ask: OutboxQuestion } | { rest: OutboxWait; seconds: number } | undefined

/** Seconds between two looks at something that only time changes. */
const patience = { 'job-limit': 60, estimate: 120 }

/** Looks at what has changed at the site since the user filled the form. What is as it was goes without a question. */
export async function look(
  questions: Questions,
  record: OutboxRecord,
  files: readonly JobFile[],
  now: number,
  signal: AbortSignal,
): Promise<Verdict> {
  const { site, action, when, template: seen, unchecked } = record
  if (action.kind !== 'submit') {
    await questions.probe(site, signal)
    return undefined
  }
  const { submission } = action
  const { templateId, templateVersion } = submission
  if (templateId !== undefined) {
    const current = await questions.template(site, templateId, signal)
    if (current === undefined) return { ask: { kind: 'template-gone', template: templateId } }
    if (templateVersion !== undefined && current.version !== templateVersion) {
      const differences = seen === undefined ? [] : differencesOf(seen, current)
      return { ask: { kind: 'template-changed', from: templateVersion, to: current.version, differences } }
    }
  }
  const { checks, start } = await questions.preflight(site, submission, files, signal)
  // Its own jobs end by themselves; everything else that the site would refuse is the user's to change.
  if (checks.some(({ code, level }) => code === 'submit-limit' && level === 'error'))
    return { rest: 'job-limit', seconds: patience['job-limit'] }
  const errors = checks.filter(({ level }) => level === 'error')
  if (errors.length > 0 && unchecked !== true) return { ask: { kind: 'checks', checks: errors } }
  const { startWithinMinutes } = when
  if (startWithinMinutes === undefined) return undefined
  if (start.state === 'later') return { rest: 'estimate', seconds: Math.max(5, start.seconds) }
  const soon = start.state === 'known' && Date.parse(start.at) <= now + startWithinMinutes * 60_000
  return soon ? undefined : { rest: 'estimate', seconds: patience.estimate }
}
