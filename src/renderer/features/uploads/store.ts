import { useEffect } from 'react'
import { createStore } from 'zustand'
import type { Input, Output } from '../../../../contract/app.ts'
import type { PickedFile, Upload } from '../../../../contract/uploads.ts'
import { applyChange, collectionOf, type Collection } from '../../app/collection.ts'
import { featureStore, useServices } from '../../app/services.tsx'
import { batchChanges } from '../jobs/batch.ts'

export type FileToAdd = Input<'uploads', 'add'>['files'][number]
export type Added = Output<'uploads', 'add'>

interface UploadsState {
  /** Absent until the core has told them. */
  uploads: Collection<Upload> | undefined
  watch: () => () => void
  /** Hands files to the core in batches that fit a frame; what was refused or already there comes back. */
  add: (site: string, label: string, files: readonly FileToAdd[]) => Promise<Added>
  pause: (ids: readonly string[]) => Promise<void>
  resume: (ids: readonly string[]) => Promise<void>
  /** Takes uploads away: what is under way is cancelled (and stays listed as such), what has ended leaves the list. */
  remove: (ids: readonly string[]) => Promise<void>
  reattach: (id: string, file: PickedFile) => Promise<void>
  assign: (id: string, slot: string | undefined) => Promise<void>
  takeExamples: (site: string, template: string, label: string) => Promise<void>
}

/** Files in one call; a frame must stay well under the limit of the connection. */
const filesPerCall = 1000

const hasEnded = (upload: Upload | undefined): boolean =>
  upload === undefined || upload.state === 'uploaded' || upload.state === 'failed' || upload.state === 'cancelled'

export const uploadsStore = featureStore<UploadsState>(({ client }) => {
  const withIds = async (method: 'pause' | 'resume' | 'cancel' | 'forget', ids: readonly string[]) => {
    if (ids.length > 0) await client.call('uploads', method, { ids: [...ids] })
  }
  return createStore((set, get) => {
    let watchers = 0
    let stop: (() => void) | undefined
    const put = (items: readonly Upload[]) =>
      set({ uploads: applyChange(get().uploads ?? new Map(), { put: items, gone: [] }) })

    // Thousands of small files change many times a second.
    const batch = batchChanges<Upload>((change) => set({ uploads: applyChange(get().uploads ?? new Map(), change) }))
    const start = () => {
      const end = client.subscribe(
        'uploads',
        'all',
        {},
        {
          snapshot: ({ items }) => {
            batch.drop()
            set({ uploads: collectionOf(items) })
          },
          event: (change) => batch.add(change),
        },
      )
      return () => {
        batch.drop()
        end()
      }
    }
    return {
      uploads: undefined,
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
      add: async (site, label, files) => {
        const all: Added = { added: [], refused: [], duplicates: [] }
        for (let from = 0; from < files.length; from += filesPerCall) {
          const answer = await client.call('uploads', 'add', {
            site,
            label,
            files: files.slice(from, from + filesPerCall),
          })
          put(answer.added)
          all.added.push(...answer.added)
          all.refused.push(...answer.refused)
          all.duplicates.push(...answer.duplicates)
        }
        return all
      },
      pause: (ids) => withIds('pause', ids),
      resume: (ids) => withIds('resume', ids),
      remove: async (ids) => {
        const ended = ids.filter((id) => hasEnded(get().uploads?.get(id)))
        const underWay = ids.filter((id) => !ended.includes(id))
        await withIds('cancel', underWay)
        await withIds('forget', ended)
      },
      reattach: async (id, file) => put([await client.call('uploads', 'reattach', { id, file })]),
      assign: async (id, slot) =>
        put([await client.call('uploads', 'assign', { id, ...(slot === undefined ? {} : { slot }) })]),
      takeExamples: async (site, template, label) => {
        const { uploads } = await client.call('templates', 'useExamples', { site, id: template, label })
        put(uploads)
      },
    }
  })
})

/** Keeps the list of uploads up to date while the component is shown. */
export function useUploads(): Collection<Upload> | undefined {
  const services = useServices()
  useEffect(() => uploadsStore.of(services).getState().watch(), [services])
  return uploadsStore.use((state) => state.uploads)
}
