import { createStore } from 'zustand'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { errorValue } from '../../app/errors.ts'
import { featureStore } from '../../app/services.tsx'
import type { Picks } from './picked.ts'
import { uploadsStore, type Taken } from './store.ts'

/** What came of the last files that were dropped outside a form, until it is dismissed. */
interface DropState {
  outcome: (Taken & { label: string; site: string }) | undefined
  error: AppErrorValue | undefined
  /** Sends files at once, under a label of their own. */
  send: (site: string, picks: Picks) => Promise<void>
  fail: (error: AppErrorValue) => void
  dismiss: () => void
}

const two = (part: number) => String(part).padStart(2, '0')

/** A label such as `files-20261129-1432-3f9c`: readable in the folder list of the cluster, and never twice the same. */
export function dropLabel(now: Date, random: string): string {
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`
  return `files-${day}-${two(now.getHours())}${two(now.getMinutes())}-${random.slice(0, 4)}`
}

export const dropStore = featureStore<DropState>((services) =>
  createStore((set) => ({
    outcome: undefined,
    error: undefined,
    send: async (site, picks) => {
      set({ outcome: undefined, error: undefined })
      const label = dropLabel(new Date(), crypto.randomUUID())
      try {
        const taken = await uploadsStore.of(services).getState().take(site, label, picks)
        set({ outcome: { ...taken, label, site } })
      } catch (error) {
        set({ error: errorValue(error) })
      }
    },
    fail: (error) => set({ error }),
    dismiss: () => set({ outcome: undefined, error: undefined }),
  })),
)
