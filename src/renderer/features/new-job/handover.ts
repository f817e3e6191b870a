import { createStore } from 'zustand'
import { featureStore } from '../../app/services.tsx'

/** Uploads that the next form is opened with: chosen elsewhere, taken by the form once. */
interface Handover {
  uploads: readonly string[]
  give: (uploads: readonly string[]) => void
  take: () => readonly string[]
}

export const handover = featureStore<Handover>(() =>
  createStore((set, get) => ({
    uploads: [],
    give: (uploads) => set({ uploads }),
    take: () => {
      const { uploads } = get()
      if (uploads.length > 0) set({ uploads: [] })
      return uploads
    },
  })),
)
