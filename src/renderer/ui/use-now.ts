import { createContext, useContext, useSyncExternalStore } from 'react'

// One clock for all that counts seconds, so that they change together.
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let now = Date.now()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = Date.now()
    for (const each of listeners) each()
  }, 1000)
  now = Date.now()
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}
const never = () => () => undefined
const read = () => now

/** Milliseconds since 1970, new every second while `ticking`, whatever is old. */
export function useClock(ticking: boolean): number {
  return useSyncExternalStore(ticking ? subscribe : never, read)
}

/** When what is shown was last known to be true; undefined while it is fresh. */
export const AsOfContext = createContext<string | undefined>(undefined)

/** The same for what is shown: it stands still at the time of which that is, so that nothing old looks alive. */
export function useNow(ticking: boolean): number {
  const asOf = useContext(AsOfContext)
  const clock = useClock(ticking && asOf === undefined)
  return asOf === undefined ? clock : Date.parse(asOf)
}
