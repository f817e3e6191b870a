import { useMemo } from 'react'
import type { Upload } from '../../../../contract/uploads.ts'
import { useServices } from '../../app/services.tsx'
import { formKey } from '../uploads/ledger.ts'
import { uploadsStore, useWatchedUploads } from '../uploads/store.ts'
import { useEvery } from '../uploads/use-every.ts'

/** More files than this are looked through once a second, not at every change. */
const many = 500

/** The uploads of a form by class and name, with those of other forms that it has taken over; not what was cancelled. */
export function useFormUploads(site: string, label: string, bound: readonly string[]): readonly Upload[] {
  const services = useServices()
  useWatchedUploads()
  const key = formKey({ site, label })
  const isLarge = uploadsStore.use(({ forms }) => (forms.get(key)?.tally.listed ?? 0) + bound.length > many)
  const uploads = useEvery(isLarge ? 1000 : 0)
  return useMemo(() => {
    const form = uploadsStore.of(services).getState().forms.get(key)
    const ids = new Set([...(form?.classes.flatMap((view) => view.ids) ?? []), ...bound])
    return [...ids].flatMap((id) => {
      const upload = uploads?.get(id)
      return upload === undefined || upload.site !== site || upload.state === 'cancelled' ? [] : upload
    })
  }, [services, key, uploads, bound, site])
}
