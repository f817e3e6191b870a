import type { OutboxAction, OutboxEntry, OutboxState } from '../../../../contract/outbox.ts'

/** The parts of the list: what the user has to do with an entry decides where it stands. */
const groupNames = ['needs-you', 'failed', 'waiting', 'held', 'sent'] as const
export type GroupName = (typeof groupNames)[number]

const groupOf: Readonly<Record<OutboxState, GroupName>> = {
  'needs-you': 'needs-you',
  failed: 'failed',
  waiting: 'waiting',
  sending: 'waiting',
  held: 'held',
  done: 'sent',
}

export interface Group {
  name: GroupName
  entries: readonly OutboxEntry[]
}

const byRank = (a: OutboxEntry, b: OutboxEntry): number => a.rank - b.rank
const newestFirst = (a: OutboxEntry, b: OutboxEntry): number => b.updatedAt.localeCompare(a.updatedAt)

/** Entries by what they need, in the order of sending, those that were sent the newest first; empty groups are left away. */
export function groupsOf(entries: Iterable<OutboxEntry>): Group[] {
  const groups = Map.groupBy(entries, ({ state }) => groupOf[state])
  return groupNames.flatMap((name) => {
    const own = groups.get(name)
    return own === undefined ? [] : [{ name, entries: own.sort(name === 'sent' ? newestFirst : byRank) }]
  })
}

/** What is to be sent and was not yet. What the user holds back is no news and does not count; `urgent`: needs the user. */
export interface Unsent {
  count: number
  urgent: number
}

/** Of all sites, or of one. */
export function unsentOf(entries: Iterable<OutboxEntry>, site?: string): Unsent {
  const unsent = { count: 0, urgent: 0 }
  for (const entry of entries) {
    if (entry.state === 'done' || entry.state === 'held' || (site !== undefined && entry.site !== site)) continue
    unsent.count += 1
    if (entry.state === 'needs-you' || entry.state === 'failed') unsent.urgent += 1
  }
  return unsent
}

/** Entries that were never sent: deleting one of them takes away what the user asked for. */
export const isUnsent = ({ state }: OutboxEntry): boolean => state !== 'done' && state !== 'sending'

/**
 * Where an entry goes that moves one step among those it stands with: before the entry of that id, or to the end (null);
 * undefined where it cannot go further.
 */
export function stepOf(order: readonly OutboxEntry[], id: string, step: 'up' | 'down'): string | null | undefined {
  const movable = order.filter(({ can }) => can.move)
  const index = movable.findIndex((entry) => entry.id === id)
  if (index < 0) return undefined
  if (step === 'up') return movable[index - 1]?.id
  if (index >= movable.length - 1) return undefined
  return movable[index + 2]?.id ?? null
}

/** Unsent entries that wait for one of these: what they would be asked about if it were deleted. */
export function waitingFor(entries: Iterable<OutboxEntry>, ids: ReadonlySet<string>): OutboxEntry[] {
  return [...entries].filter(
    (entry) => isUnsent(entry) && !ids.has(entry.id) && dependenciesOf(entry.action).some((id) => ids.has(id)),
  )
}

/** The entries that a submission starts after. */
export function dependenciesOf(action: OutboxAction): string[] {
  if (action.kind !== 'submit') return []
  return (action.submission.options?.dependencies ?? []).flatMap(({ submission }) => submission ?? [])
}

/** Submissions of a site that others can be made to start after. */
export function submissionsOf(entries: Iterable<OutboxEntry>, site: string): OutboxEntry[] {
  return [...entries]
    .filter((entry) => entry.site === site && entry.action.kind === 'submit' && entry.state !== 'done')
    .sort(byRank)
}

/** Whether every word of a text is found in these. */
export function matches(text: string, ...texts: readonly string[]): boolean {
  const all = texts.join('\n').toLocaleLowerCase()
  return text
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word))
}
