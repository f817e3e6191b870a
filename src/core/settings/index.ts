import { join } from 'node:path'
import { Value } from 'typebox/value'
import { Settings } from '../../../contract/settings.ts'
import type { FeatureHandlers } from '../../rpc/types.ts'
import { createEmitter } from '../kit/emitter.ts'
import { openStored } from '../kit/stored.ts'
import type { Logger } from '../platform.ts'

export interface SettingsFeature {
  handlers: FeatureHandlers<'settings'>
  current(): Settings
  onChange(listener: (settings: Settings) => void): () => void
}

const initial: Settings = {
  language: 'system',
  theme: 'system',
  uploadLimit: 0,
  railCollapsed: false,
  activeSite: null,
}

/** The user's settings, in `settings.json` of the data folder. */
export async function createSettings({ folder, log }: { folder: string; log: Logger }): Promise<SettingsFeature> {
  const stored = await openStored<Settings>({
    path: join(folder, 'settings.json'),
    migrations: [],
    read: (value) => (Value.Check(Settings, value) ? value : undefined),
    initial,
    log,
  })
  const changes = createEmitter<[Settings]>()
  return {
    current: () => stored.value,
    onChange: (listener) => changes.on(listener),
    handlers: {
      methods: {
        async update(part) {
          const saved = stored.set({ ...stored.value, ...part })
          changes.emit(stored.value)
          await saved
          return stored.value
        },
      },
      streams: {
        current(_params, sink) {
          sink.snapshot(stored.value)
          return changes.on((settings) => sink.event(settings))
        },
      },
    },
  }
}
