import { useCallback, useMemo } from 'react'
import { navigate, type RouteOf } from '../../app/router.ts'
import { filterQuery, parseFilter, type FilterChange } from './filter.ts'

/** What the list is narrowed to, as the address says it; setting it changes the address. */
export function useFilter(route: RouteOf<'jobs'>) {
  const { id, tab, filter: query = '' } = route
  const filter = useMemo(() => parseFilter(query), [query])
  const set = useCallback(
    (change: FilterChange) => {
      const next = filterQuery({ ...parseFilter(query), ...change })
      // Every letter typed is no step for the back button; a choice is one.
      const typed = Object.keys(change).every((key) => key === 'text')
      navigate(
        {
          page: 'jobs',
          ...(id === undefined ? {} : { id }),
          ...(tab === undefined ? {} : { tab }),
          ...(next === '' ? {} : { filter: next }),
        },
        { replace: typed },
      )
    },
    [query, id, tab],
  )
  return { filter, query, set }
}
