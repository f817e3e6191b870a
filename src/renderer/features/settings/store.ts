import { createStore } from 'zustand'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { Settings } from '../../../../contract/settings.ts'
import { errorValue } from '../../app/errors.ts'
import { featureStore } from '../../app/services.tsx'

interface SettingsState {
  /** Absent until the core has told them. */
  settings: Settings | undefined
  /** Why the last change was refused. */
  refused: AppErrorValue | undefined
  update: (change: Partial<Settings>) => void
}

/** The user's settings: a change shows at once and is taken back when the core refuses it. */
export const settingsStore = featureStore<SettingsState>(({ client }) =>
  createStore((set, get) => {
    client.subscribe(
      'settings',
      'current',
      {},
      {
        snapshot: (settings) => set({ settings }),
        event: (settings) => set({ settings }),
      },
    )
    const save = async (change: Partial<Settings>, before: Settings | undefined) => {
      try {
        set({ settings: await client.call('settings', 'update', change) })
      } catch (error) {
        set({ settings: before, refused: errorValue(error) })
      }
    }
    return {
      settings: undefined,
      refused: undefined,
      update: (change) => {
        const before = get().settings
        set({ refused: undefined, ...(before === undefined ? {} : { settings: { ...before, ...change } }) })
        void save(change, before)
      },
    }
  }),
)

const whileLoading: Settings = {
  language: 'system',
  theme: 'system',
  uploadLimit: 0,
  uploadOrder: 'added',
  uploadReadBack: false,
  downloadLimit: 0,
  railCollapsed: false,
  activeSite: null,
}

/** The settings, with the defaults until the core has told them. */
export function useSettings(): Settings {
  return settingsStore.use((state) => state.settings) ?? whileLoading
}
