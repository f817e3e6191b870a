import { useEffect, useState, useSyncExternalStore } from 'react'
import { useServices } from '../../app/services.tsx'
import { createSearch, type LogSearch, type SearchState } from './search.ts'
import { createViewer, type Viewer, type ViewerState } from './viewer.ts'

/** The viewer and the search of one file, as long as the component stands; another file is another component. */
export function useLogViewer(
  site: string,
  id: string,
  file: string | undefined,
): { viewer: Viewer; state: ViewerState; search: LogSearch; found: SearchState } {
  const { client } = useServices()
  const [{ viewer, search }] = useState(() => {
    const of = { site, id, ...(file === undefined ? {} : { file }) }
    return { viewer: createViewer(client, of), search: createSearch(client, of) }
  })
  useEffect(() => viewer.open(), [viewer])
  useEffect(() => () => search.close(), [search])
  const state = useSyncExternalStore(viewer.subscribe, () => viewer.state)
  const found = useSyncExternalStore(search.subscribe, () => search.state)
  const { size } = state
  // What comes is looked through in a while, not with each line.
  useEffect(() => {
    if (size === undefined) return undefined
    const timer = setTimeout(() => search.grown(size), 2000)
    return () => clearTimeout(timer)
  }, [search, size])
  return { viewer, state, search, found }
}
