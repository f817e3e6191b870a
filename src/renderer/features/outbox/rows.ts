import type { OutboxEntry } from '../../../../contract/outbox.ts'
import { groupsOf, type GroupName } from './model.ts'

/** A line of the list: the heading of a group, or one of its entries. */
export type OutboxRow = OutboxEntry | GroupRow
interface GroupRow {
  id: string
  group: GroupName
  entries: readonly OutboxEntry[]
}

export const isGroup = (row: OutboxRow): row is GroupRow => 'group' in row

/** The entries that selected lines stand for; one selected twice (itself and with its group) counts once. */
export function entriesOf(rows: readonly OutboxRow[]): OutboxEntry[] {
  const entries = rows.flatMap((row) => (isGroup(row) ? row.entries : [row]))
  return [...new Map(entries.map((entry) => [entry.id, entry])).values()]
}

export const rowsOf = (entries: Iterable<OutboxEntry>): GroupRow[] =>
  groupsOf(entries).map(({ name, entries: own }) => ({ id: `group ${name}`, group: name, entries: own }))
