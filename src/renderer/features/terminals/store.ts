import { createStore } from 'zustand'
import type { Terminal, TerminalSize } from '../../../../contract/terminals.ts'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { errorValue } from '../../app/errors.ts'
import { applyChange, collectionOf, type Collection } from '../../app/collection.ts'
import { featureStore } from '../../app/services.tsx'

interface TerminalsState {
  /** Absent until the core has told them. */
  terminals: Collection<Terminal> | undefined
  /** What each is called by: the smallest number that was free when it came. */
  numbers: ReadonlyMap<string, number>
  /** One is on its way; a second click meanwhile opens no second one. */
  opening: boolean
  /** Why the last one could not be opened, or closed. */
  error: AppErrorValue | undefined
  /** Undefined where it failed. */
  open: (site: string, size: TerminalSize) => Promise<Terminal | undefined>
  close: (id: string) => Promise<void>
  /** Whether this window opened it and has not drawn it yet: what its shell asks of a terminal still waits for an answer. */
  takeNew: (id: string) => boolean
}

/** Numbers of those that are still there stay; a new one gets the smallest that is free at its site. */
export function numbered(
  before: ReadonlyMap<string, number>,
  terminals: readonly Pick<Terminal, 'id' | 'site' | 'startedAt'>[],
): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>()
  const taken = new Map<string, Set<number>>()
  const take = (site: string, id: string, number: number): void => {
    numbers.set(id, number)
    taken.set(site, (taken.get(site) ?? new Set()).add(number))
  }
  for (const { id, site } of terminals) {
    const number = before.get(id)
    if (number !== undefined) take(site, id, number)
  }
  const fresh = terminals.filter(({ id }) => !numbers.has(id))
  for (const { id, site } of [...fresh].sort((a, b) => a.startedAt.localeCompare(b.startedAt))) {
    let number = 1
    while (taken.get(site)?.has(number) === true) number += 1
    take(site, id, number)
  }
  return numbers
}

export const terminalsStore = featureStore<TerminalsState>(({ client }) =>
  createStore((set, get) => {
    const opened = new Set<string>()
    const show = (terminals: Collection<Terminal>): void =>
      set({ terminals, numbers: numbered(get().numbers, [...terminals.values()]) })
    client.subscribe(
      'terminals',
      'all',
      {},
      {
        snapshot: ({ items }) => show(collectionOf(items)),
        event: (change) => show(applyChange(get().terminals ?? new Map(), change)),
      },
    )
    return {
      terminals: undefined,
      numbers: new Map(),
      opening: false,
      error: undefined,
      open: async (site, size) => {
        if (get().opening) return undefined
        set({ opening: true, error: undefined })
        try {
          const terminal = await client.call('terminals', 'open', { site, size })
          opened.add(terminal.id)
          const known = get().terminals ?? new Map<string, Terminal>()
          if (!known.has(terminal.id)) show(applyChange(known, { put: [terminal], gone: [] }))
          return terminal
        } catch (failure) {
          set({ error: errorValue(failure) })
          return undefined
        } finally {
          set({ opening: false })
        }
      },
      close: async (id) => {
        try {
          await client.call('terminals', 'close', { id })
        } catch (failure) {
          const error = errorValue(failure)
          // Gone already is what was asked for.
          if (error.code !== 'NOT_FOUND') set({ error })
        }
      },
      takeNew: (id) => opened.delete(id),
    }
  }),
)

const readerKey = 'headway.terminal.screenReader'

/** Whether terminals speak to a screen reader; kept in this window's browser. */
export const screenReader = {
  get: (): boolean => localStorage.getItem(readerKey) === 'true',
  set: (on: boolean): void => localStorage.setItem(readerKey, String(on)),
}
