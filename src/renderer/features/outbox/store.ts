import { useEffect, useMemo } from 'react'
import { createStore } from 'zustand'
import type { Input } from '../../../../contract/app.ts'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { OutboxEntry, OutboxStatus } from '../../../../contract/outbox.ts'
import { applyChange, collectionOf, type Collection } from '../../app/collection.ts'
import { featureStore, useServices } from '../../app/services.tsx'
import { unsentOf, type Unsent } from './model.ts'

type Ids = readonly string[]

interface OutboxStore {
  /** Of all sites; absent until the core has told them. */
  entries: Collection<OutboxEntry> | undefined
  status: OutboxStatus | undefined
  /** Why the entries cannot be had. */
  error: AppErrorValue | undefined
  watch: () => () => void
  add: (input: Input<'outbox', 'add'>) => Promise<OutboxEntry>
  edit: (input: Input<'outbox', 'edit'>) => Promise<OutboxEntry>
  accept: (id: string) => Promise<OutboxEntry>
  duplicate: (id: string) => Promise<OutboxEntry>
  change: (method: 'hold' | 'release' | 'remove' | 'retry', ids: Ids) => Promise<void>
  /** Before that one, or to the end. */
  move: (id: string, before: string | null) => Promise<void>
  seenDamage: () => Promise<void>
}

export const outboxStore = featureStore<OutboxStore>(({ client }) =>
  createStore((set, get) => {
    let watchers = 0
    let stop: (() => void) | undefined
    const start = () => {
      const ends = [
        client.subscribe(
          'outbox',
          'all',
          {},
          {
            snapshot: ({ items }) => set({ entries: collectionOf(items), error: undefined }),
            event: (change) => set({ entries: applyChange(get().entries ?? new Map(), change) }),
            error: (error) => set({ error }),
          },
        ),
        client.subscribe(
          'outbox',
          'status',
          {},
          { snapshot: (status) => set({ status }), event: (status) => set({ status }) },
        ),
      ]
      return () => {
        for (const end of ends) end()
      }
    }
    /** Shown at once, unless the stream was faster and knows it better. */
    const put = (entry: OutboxEntry): OutboxEntry => {
      const known = get().entries ?? new Map<string, OutboxEntry>()
      if ((known.get(entry.id)?.updatedAt ?? '') <= entry.updatedAt)
        set({ entries: applyChange(known, { put: [entry], gone: [] }) })
      return entry
    }
    return {
      entries: undefined,
      status: undefined,
      error: undefined,
      watch: () => {
        watchers += 1
        stop ??= start()
        return () => {
          watchers -= 1
          if (watchers > 0) return
          stop?.()
          stop = undefined
        }
      },
      add: async (input) => put(await client.call('outbox', 'add', input)),
      edit: async (input) => put(await client.call('outbox', 'edit', input)),
      accept: async (id) => put(await client.call('outbox', 'accept', { id })),
      duplicate: async (id) => put(await client.call('outbox', 'duplicate', { id })),
      change: async (method, ids) => {
        if (ids.length > 0) await client.call('outbox', method, { ids: [...ids] })
      },
      move: async (id, before) => {
        await client.call('outbox', 'move', { id, ...(before === null ? {} : { before }) })
      },
      seenDamage: async () => {
        await client.call('outbox', 'seenDamage', {})
      },
    }
  }),
)

const none: Collection<OutboxEntry> = new Map()

/** All entries, followed while the component is shown; undefined until they are known. */
export function useOutbox(): Collection<OutboxEntry> | undefined {
  const services = useServices()
  useEffect(() => outboxStore.of(services).getState().watch(), [services])
  return outboxStore.use((state) => state.entries)
}

/** How much of all sites, or of one, was not sent yet. */
export function useUnsent(site?: string): Unsent {
  const entries = useOutbox() ?? none
  return useMemo(() => unsentOf(entries.values(), site), [entries, site])
}
