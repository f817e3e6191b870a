import { useEffect } from 'react'
import { createStore } from 'zustand'
import type { Input, Output } from '../../../../contract/app.ts'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { PickedFile, Upload } from '../../../../contract/uploads.ts'
import type { Collection } from '../../app/collection.ts'
import { errorValue } from '../../app/errors.ts'
import { featureStore, useServices } from '../../app/services.tsx'
import { batchChanges } from '../jobs/batch.ts'
import { Ledger, type FormView } from './ledger.ts'
import type { Picks, Skipped } from './picked.ts'

export type FileToAdd = Input<'uploads', 'add'>['files'][number]
export type Added = Output<'uploads', 'add'>

/** What came of files that were dropped or picked. */
export interface Taken extends Added {
  skipped: Skipped
}

/** Files of a drop that are being looked up and handed over, by form. */
export interface Intake {
  label: string
  /** So far. */
  files: number
}

interface UploadsState {
  /** Absent until the core has told them. Another object after every change. */
  uploads: Collection<Upload> | undefined
  /** By `formKey`. */
  forms: ReadonlyMap<string, FormView>
  intakes: readonly Intake[]
  /** Why the last wish could not be carried out. */
  refused: AppErrorValue | undefined
  watch: () => () => void
  /** Hands files to the core in batches that fit a frame; what was refused or already there comes back. */
  add: (site: string, label: string, files: readonly FileToAdd[]) => Promise<Added>
  /** The same for what is still being looked up, as it is found; `prepare` says what each is for. */
  take: (
    site: string,
    label: string,
    picks: Picks,
    prepare?: (files: readonly PickedFile[]) => readonly FileToAdd[],
  ) => Promise<Taken>
  pause: (ids: readonly string[]) => Promise<void>
  resume: (ids: readonly string[]) => Promise<void>
  /** Sends them though the cluster has them. */
  sendAgain: (ids: readonly string[]) => Promise<void>
  /** Bytes per second for each, 0: none. */
  limit: (ids: readonly string[], bytesPerSecond: number) => Promise<void>
  /** Takes uploads away: what is under way is cancelled (and stays listed as such), what has ended leaves the list. */
  remove: (ids: readonly string[]) => Promise<void>
  reattach: (id: string, file: PickedFile) => Promise<void>
  assign: (id: string, slot: string | undefined) => Promise<void>
  takeExamples: (site: string, template: string, label: string) => Promise<void>
  forgive: () => void
}

/** Files in one call; a frame must stay well under the limit of the connection. */
const filesPerCall = 1000

const hasEnded = (upload: Upload | undefined): boolean =>
  upload === undefined || upload.state === 'uploaded' || upload.state === 'failed' || upload.state === 'cancelled'

/** Calls that hand files over at once. */
const callsAtOnce = 3
/** Ids in one call. */
const idsPerCall = 5_000

export const uploadsStore = featureStore<UploadsState>(({ client }) =>
  createStore((set, get) => {
    const ledger = new Ledger()
    const show = () => set({ uploads: ledger.uploads, forms: ledger.forms })
    /** A wish for many; that it could not be carried out is said on the page. */
    const wish = async (ids: readonly string[], ask: (ids: string[]) => Promise<unknown>) => {
      set({ refused: undefined })
      try {
        for (let from = 0; from < ids.length; from += idsPerCall) await ask(ids.slice(from, from + idsPerCall))
      } catch (error) {
        set({ refused: errorValue(error) })
      }
    }

    /** Are being taken off the list. */
    const leaving = new Set<string>()
    let watchers = 0
    let stop: (() => void) | undefined
    // Thousands of small files change many times a second.
    const batch = batchChanges<Upload>((change) => {
      ledger.apply(change)
      show()
    })
    const put = (items: readonly Upload[]) => batch.add({ put: items, gone: [] })
    const start = () => {
      const end = client.subscribe(
        'uploads',
        'all',
        {},
        {
          snapshot: ({ items }) => {
            batch.drop()
            ledger.reset(items)
            show()
          },
          event: (change) => batch.add(change),
        },
      )
      return () => {
        batch.drop()
        end()
      }
    }
    const add: UploadsState['add'] = async (site, label, files) => {
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
    }
    return {
      uploads: undefined,
      forms: ledger.forms,
      intakes: [],
      refused: undefined,
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
      add,
      take: async (site, label, picks, prepare = (files) => files) => {
        const all: Taken = { added: [], refused: [], duplicates: [], skipped: [] }
        const count = (files: number | undefined) => {
          const others = get().intakes.filter((intake) => intake.label !== label)
          set({ intakes: files === undefined ? others : [...others, { label, files }] })
        }
        const hand = async (files: readonly FileToAdd[]) => {
          const { added, refused, duplicates } = await add(site, label, files)
          all.added.push(...added)
          all.refused.push(...refused)
          all.duplicates.push(...duplicates)
        }
        let found = 0
        // More is looked up while what was found is handed over.
        const handing: Promise<void>[] = []
        count(found)
        try {
          for await (const { files, skipped } of picks) {
            all.skipped.push(...skipped)
            if (files.length === 0) continue
            found += files.length
            count(found)
            if (handing.length >= callsAtOnce) await handing.shift()
            const handed = hand(prepare(files))
            // Its failure is told below, once those beside it have ended.
            handed.catch(() => undefined)
            handing.push(handed)
          }
        } finally {
          await Promise.allSettled(handing)
          count(undefined)
        }
        await Promise.all(handing)
        return all
      },
      pause: (ids) => wish(ids, (some) => client.call('uploads', 'pause', { ids: some })),
      resume: (ids) => wish(ids, (some) => client.call('uploads', 'resume', { ids: some })),
      sendAgain: (ids) => wish(ids, (some) => client.call('uploads', 'sendAgain', { ids: some })),
      limit: (ids, bytesPerSecond) =>
        wish(ids, (some) => client.call('uploads', 'limit', { ids: some, bytesPerSecond })),
      remove: async (ids) => {
        const { uploads } = get()
        // Pressed twice, it is wished once.
        const wanted = ids.filter((id) => uploads?.has(id) === true && !leaving.has(id))
        const ended = wanted.filter((id) => hasEnded(uploads?.get(id)))
        const underWay = wanted.filter((id) => !hasEnded(uploads?.get(id)))
        for (const id of ended) leaving.add(id)
        await wish(underWay, (some) => client.call('uploads', 'cancel', { ids: some }))
        await wish(ended, async (some) => {
          await client.call('uploads', 'forget', { ids: some })
          batch.add({ put: [], gone: some })
        })
        for (const id of ended) leaving.delete(id)
      },
      reattach: async (id, file) => put([await client.call('uploads', 'reattach', { id, file })]),
      assign: async (id, slot) =>
        put([await client.call('uploads', 'assign', { id, ...(slot === undefined ? {} : { slot }) })]),
      takeExamples: async (site, template, label) => {
        const { uploads } = await client.call('templates', 'useExamples', { site, id: template, label })
        put(uploads)
      },
      forgive: () => set({ refused: undefined }),
    }
  }),
)

/** Keeps the list of uploads up to date while the component is shown. */
export function useWatchedUploads(): void {
  const services = useServices()
  useEffect(() => uploadsStore.of(services).getState().watch(), [services])
}

/** All uploads, kept up to date while the component is shown. */
export function useUploads(): Collection<Upload> | undefined {
  useWatchedUploads()
  return uploadsStore.use((state) => state.uploads)
}

/** One upload of those that are kept up to date. */
export const useUpload = (id: string): Upload | undefined => uploadsStore.use((state) => state.uploads?.get(id))
