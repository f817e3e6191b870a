import type { AppErrorValue } from '../../../contract/errors.ts'
import type { JobFile } from '../../../contract/jobs.ts'
import type {
  OutboxAction,
  OutboxKind,
  OutboxMoment,
  OutboxQuestion,
  OutboxResult,
  OutboxWait,
  OutboxWhen,
} from '../../../contract/outbox.ts'
import type { Template } from '../../../contract/templates.ts'

/**
 * An entry as it is kept. `queued` goes by itself once nothing stands in its way, `asking` when its question is answered.
 */
export type OutboxPhase = 'held' | 'queued' | 'asking' | 'done' | 'failed'

export interface OutboxRecord {
  id: string
  /** The id of the call that asked for it: the same again is the same entry. */
  change: string
  site: string
  siteName: string
  /** Whose it is: it is sent under no other name. */
  user: string | undefined
  action: OutboxAction
  when: OutboxWhen
  rank: number
  phase: OutboxPhase
  /** It may have reached the site. Cleared by an answer that says it was not done. */
  sent: boolean
  /** How often it was begun anew after a refusal: the refusal belongs to the key it was given under. */
  round: number
  /** Its files at the agent, once all of them were verified. */
  files?: JobFile[]
  /** The template as it was when the user saw its form. */
  template?: Template
  /** The user wants it sent whatever the checks say. */
  unchecked?: true
  question?: OutboxQuestion
  error?: AppErrorValue
  result?: OutboxResult
  /** What it waited for when that was last told. */
  wait?: OutboxWait
  story: OutboxMoment[]
  createdAt: string
  updatedAt: string
}

/** Nothing goes on with it by itself, nor by an answer. */
export const hasEnded = ({ phase }: Pick<OutboxRecord, 'phase'>): boolean => phase === 'done' || phase === 'failed'

/** What the agent keeps with what comes of it. A submission's stays as it is: other submissions name it. */
export const keyOf = ({ id, action, round }: Pick<OutboxRecord, 'id' | 'action' | 'round'>): string =>
  action.kind === 'submit' || round === 0 ? id : `${id}.${round}`

const lanes: Readonly<Record<OutboxKind, string>> = {
  submit: 'submissions',
  change: 'changes',
  'save-template': 'templates',
  'remove-template': 'templates',
  'make-folder': 'files',
  rename: 'files',
  'remove-files': 'files',
}

/** Entries of one lane go one after the other, in their order; lanes go side by side. */
export const laneOf = ({ site, action }: Pick<OutboxRecord, 'site' | 'action'>): string =>
  `${site} ${lanes[action.kind]}`

/** Other submissions that this one names by their key. */
export const dependenciesOf = (action: OutboxAction): string[] =>
  action.kind === 'submit'
    ? (action.submission.options?.dependencies ?? []).flatMap(({ submission }) =>
        submission === undefined ? [] : [submission],
      )
    : []

/** The same submission that waits for that one no more. */
export function withoutDependency(action: OutboxAction, id: string): OutboxAction {
  if (action.kind !== 'submit') return action
  const { options = {}, ...submission } = action.submission
  const { dependencies = [], ...others } = options
  const left = dependencies.filter(({ submission: named }) => named !== id)
  const kept = { ...others, ...(left.length === 0 ? {} : { dependencies: left }) }
  return {
    ...action,
    submission: { ...submission, ...(Object.keys(kept).length === 0 ? {} : { options: kept }) },
  }
}

/** What the list calls it. */
export function titleOf(action: OutboxAction): string {
  switch (action.kind) {
    case 'submit':
      return action.submission.name
    case 'change':
      return action.ids.join(', ')
    case 'save-template':
      return action.name
    case 'remove-template':
      return action.id
    case 'make-folder':
      return action.path
    case 'rename':
      return `${action.from} → ${action.to}`
    case 'remove-files':
      return action.paths.join(', ')
    default:
      return action satisfies never
  }
}
