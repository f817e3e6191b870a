import { useState } from 'react'
import type { Desktop } from '../../../../contract/desktops.ts'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { errorValue } from '../../app/errors.ts'
import { navigate } from '../../app/router.ts'
import { sameAgain } from './choices.ts'
import { desktopsStore } from './store.ts'

/** Starts a desktop anew with the choices of one that has ended, and goes to it. */
export function useAgain(site: string): {
  /** The ended one that is being started again. */
  busy: string | undefined
  error: { id: string; error: AppErrorValue } | undefined
  start: (desktop: Desktop) => void
} {
  const create = desktopsStore.use((state) => state.create)
  const [busy, setBusy] = useState<string>()
  const [error, setError] = useState<{ id: string; error: AppErrorValue }>()
  const start = async (desktop: Desktop) => {
    if (busy !== undefined) return
    setBusy(desktop.id)
    setError(undefined)
    try {
      const made = await create(site, sameAgain(desktop))
      navigate({ page: 'desktops', id: made.id })
    } catch (failure) {
      setError({ id: desktop.id, error: errorValue(failure) })
    }
    setBusy(undefined)
  }
  return { busy, error, start: (desktop) => void start(desktop) }
}
