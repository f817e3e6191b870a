import type { OutboxEntry, OutboxState } from '../../../contract/outbox.ts'
import type { Upload } from '../../../contract/uploads.ts'
import type { RpcClient } from '../../rpc/types.ts'
import { exitCode } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { first } from '../streams.ts'

/** Files that no entry waits for, by the label they were uploaded under. */
export interface Batch {
  id: string
  site: string
  uploads: Upload[]
}

/** What the terminal's outbox holds. */
export interface Contents {
  entries: OutboxEntry[]
  batches: Batch[]
}

export async function contentsOf(rpc: RpcClient): Promise<Contents> {
  const { items: entries } = await first(rpc, 'outbox', 'all', {})
  const { items: uploads } = await first(rpc, 'uploads', 'all', {})
  return contents(entries, uploads)
}

export function contents(entries: readonly OutboxEntry[], uploads: readonly Upload[]): Contents {
  const bound = new Set(entries.flatMap(uploadsOf))
  const batches = new Map<string, Batch>()
  for (const upload of uploads) {
    if (bound.has(upload.id)) continue
    const key = `${upload.site} ${upload.label}`
    const batch = batches.get(key) ?? { id: upload.label, site: upload.site, uploads: [] }
    batch.uploads.push(upload)
    batches.set(key, batch)
  }
  return { entries: entries.toSorted((a, b) => a.rank - b.rank), batches: [...batches.values()] }
}

/** The uploads that an entry waits for, by their ids. */
export const uploadsOf = ({ action }: Pick<OutboxEntry, 'action'>): string[] =>
  action.kind === 'submit' ? action.uploads.map(({ id }) => id) : []

/** A batch in the words of entries. */
export function stateOfBatch({ uploads }: Batch): OutboxState {
  const has = (...states: Upload['state'][]): boolean => uploads.some(({ state }) => states.includes(state))
  if (uploads.some(needsFile)) return 'needs-you'
  if (has('failed')) return 'failed'
  if (has('uploading', 'verifying')) return 'sending'
  if (has('queued', 'waiting')) return 'waiting'
  return has('paused') ? 'held' : 'done'
}

const needsFile = ({ state, wait }: Upload): boolean => state === 'waiting' && wait === 'file'

/** Names them by as few letters as tell them apart, four at least. */
export function shortIds(ids: readonly string[]): Map<string, string> {
  const sorted = ids.toSorted()
  return new Map(
    sorted.map((id, index) => {
      const shared = Math.max(sharedWith(id, sorted[index - 1]), sharedWith(id, sorted[index + 1]))
      return [id, id.slice(0, Math.max(4, shared + 1))]
    }),
  )
}

function sharedWith(id: string, other: string | undefined): number {
  if (other === undefined) return 0
  let length = 0
  while (length < id.length && id[length] === other[length]) length += 1
  return length
}

export const idsOf = ({ entries, batches }: Contents): string[] => [...entries, ...batches].map(({ id }) => id)

/** The one that an id, or the beginning of one, stands for. */
export function named<T extends { id: string }>(items: readonly T[], id: string): T {
  const exact = items.find((item) => item.id === id)
  const found = exact === undefined ? items.filter((item) => item.id.startsWith(id)) : [exact]
  const [one, other] = found
  if (one === undefined) {
    throw new CommandFailure(`The outbox has no "${id}". See \`headway outbox\`.`, exitCode.refused, 'NOT_FOUND')
  }
  if (other !== undefined) {
    throw new CommandFailure(`"${id}" stands for ${found.map((item) => item.id).join(', ')}.`, exitCode.usage)
  }
  return one
}
