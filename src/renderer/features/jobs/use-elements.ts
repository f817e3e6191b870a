import { useEffect, useRef, useState } from 'react'
import type { ElementPage } from '../../../../contract/jobs.ts'
import { useServices } from '../../app/services.tsx'
import { elementsListed } from './rows.ts'

/** The first elements of the arrays that are open in the list, by the id of the array. */
export function useElements(site: string, arrays: readonly string[]): ReadonlyMap<string, ElementPage> {
  const { client } = useServices()
  const [pages, setPages] = useState<ReadonlyMap<string, ElementPage>>(new Map())
  const ends = useRef(new Map<string, () => void>())
  const wanted = arrays.join('\n')
  useEffect(() => {
    const ids = new Set(wanted.split('\n').filter(Boolean))
    const open = ends.current
    for (const [id, end] of open) {
      if (ids.has(id)) continue
      end()
      open.delete(id)
    }
    for (const id of ids) {
      if (open.has(id)) continue
      const put = (page: ElementPage) => setPages((before) => new Map(before).set(id, page))
      const params = { site, id, offset: 0, limit: elementsListed }
      open.set(id, client.subscribe('jobs', 'elements', params, { snapshot: put, event: put }))
    }
  }, [client, site, wanted])
  useEffect(() => {
    const open = ends.current
    return () => {
      for (const end of open.values()) end()
      open.clear()
    }
  }, [])
  return pages
}
