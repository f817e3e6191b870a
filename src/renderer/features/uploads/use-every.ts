import { useEffect, useState } from 'react'
import type { Upload } from '../../../../contract/uploads.ts'
import type { Collection } from '../../app/collection.ts'
import { useServices } from '../../app/services.tsx'
import { uploadsStore } from './store.ts'

/** The uploads for what goes through all of them: told at most once in so many milliseconds, however often they change. */
export function useEvery(ms: number): Collection<Upload> | undefined {
  const services = useServices()
  const [uploads, setUploads] = useState(() => uploadsStore.of(services).getState().uploads)
  useEffect(() => {
    const store = uploadsStore.of(services)
    let timer: ReturnType<typeof setTimeout> | undefined
    const tell = () => {
      timer = undefined
      setUploads(store.getState().uploads)
    }
    const stop = store.subscribe(({ uploads: now }, { uploads: before }) => {
      if (now !== before && timer === undefined) timer = setTimeout(tell, ms)
    })
    tell()
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [services, ms])
  return uploads
}
