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
  uploadOrder: 'added',
  uploadReadBack: false,
  downloadLimit: 0,
}

/**
 * The user's settings, in `settings.json` of the data folder.
 *
 * @param parts `here`: what is otherwise in this process alone; nothing of it is kept.
 */
export async function createSettings({
  folder,
  log,
  here = {},
}: {
  folder: string
  log: Logger
  here?: Partial<Settings>
}): Promise<SettingsFeature> {
  const stored = await openStored<Settings>({
    path: join(folder, 'settings.json'),
    migrations: [],
    // What came to the settings later is not in an older file.
    read: (value) => {
      const whole = { ...initial, ...(value as object) }
      return Value.Check(Settings, whole) ? whole : undefined
    },
    initial,
    log,
  })
  const changes = createEmitter<[Settings]>()
  const current = (): Settings => ({ ...stored.value, ...here })
  return {
    current,
    onChange: (listener) => changes.on(listener),
    handlers: {
      methods: {
        async update(part) {
          const saved = stored.set({ ...stored.value, ...part })
          changes.emit(current())
          await saved
          return current()
        },
      },
      streams: {
        current(_params, sink) {
          sink.snapshot(current())
          return changes.on((settings) => sink.event(settings))
        },
      },
    },
  }
}
