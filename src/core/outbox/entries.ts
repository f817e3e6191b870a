import { appError } from '../kit/app-error.ts'
import { createEmitter } from '../kit/emitter.ts'
import { dependenciesOf, type OutboxRecord } from './record.ts'
import type { OutboxStore } from './store.ts'

/** All entries, in memory as in the journal; every change goes through here. */
export interface Entries {
  /** In the order of sending. */
  all(): OutboxRecord[]
  get(id: string): OutboxRecord | undefined
  /** Throws NOT_FOUND. */
  find(id: string): OutboxRecord
  byChange(change: string): OutboxRecord | undefined
  /** On the disk when it returns. */
  save(...records: OutboxRecord[]): void
  remove(id: string): void
  /** After all there are. */
  lastRank(): number
  onChange(listener: (ids: readonly string[]) => void): () => void
}

/** What was done longer ago is taken off the list at the next start; what failed stays until the user has seen to it. */
const rememberedMs = 7 * 24 * 60 * 60_000

export function createEntries(store: OutboxStore, now: () => number): Entries {
  const changes = createEmitter<[ids: readonly string[]]>()
  const records = new Map<string, OutboxRecord>()
  for (const record of store.all()) {
    const old = record.phase === 'done' && now() - Date.parse(record.updatedAt) > rememberedMs
    if (old) store.remove(record.id)
    else records.set(record.id, record)
  }
  const all = (): OutboxRecord[] => [...records.values()].sort((a, b) => a.rank - b.rank)
  return {
    all,
    get: (id) => records.get(id),
    find(id) {
      const record = records.get(id)
      if (record === undefined) throw appError('NOT_FOUND', { what: 'outbox', id }, `The outbox has no entry ${id}.`)
      return record
    },
    byChange: (change) => [...records.values()].find((record) => record.change === change),
    save(...changed) {
      if (changed.length === 0) return
      store.save(changed)
      for (const record of changed) records.set(record.id, record)
      changes.emit(changed.map(({ id }) => id))
    },
    remove(id) {
      store.remove(id)
      records.delete(id)
      changes.emit([id])
    },
    lastRank: () => Math.max(0, ...[...records.values()].map(({ rank }) => rank)),
    onChange: (listener) => changes.on(listener),
  }
}

/** Whether an entry with these dependencies would wait for itself. */
export function waitsForItself(id: string, action: OutboxRecord['action'], entries: Pick<Entries, 'get'>): boolean {
  const seen = new Set<string>()
  const reaches = (others: readonly string[]): boolean =>
    others.some((other) => {
      if (other === id) return true
      if (seen.has(other)) return false
      seen.add(other)
      const record = entries.get(other)
      return record !== undefined && reaches(dependenciesOf(record.action))
    })
  return reaches(dependenciesOf(action))
}
