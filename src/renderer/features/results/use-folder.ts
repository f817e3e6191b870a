import { useEffect, useRef, useState } from 'react'
import type { FolderQuery, ResultEntry } from '../../../../contract/results.ts'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'

/** Entries asked for at a time. */
const pageSize = 500

export type FolderView = Omit<FolderQuery, 'offset' | 'limit'>

interface Loaded {
  /** The folder and what was looked for there; another one empties the list, another order or a newer version does not. */
  scope: string
  /** What was asked. */
  of: string
  version: string
  total: number
  bytes: number
  complete: boolean
  asOf: string | undefined
  pages: ReadonlyMap<number, readonly ResultEntry[]>
}

export interface Folder {
  total: number
  bytes: number
  complete: boolean
  /** When it was last known to be so; undefined while it is fresh. */
  asOf: string | undefined
  /** Undefined while its page is on the way. */
  at: (index: number) => ResultEntry | undefined
  /** Entries that are here, for what is done with all of a small folder. */
  here: readonly ResultEntry[]
}

/** A folder of a job, its pages fetched as they come into view; `from` and `to` are the rows that are seen. */
export function useFolder(
  { site, id }: { site: string; id: string },
  view: FolderView,
  version: string,
  seen: { from: number; to: number },
): { folder?: Folder; error?: AppErrorValue } {
  const { client } = useServices()
  const [loaded, setLoaded] = useState<Loaded>()
  const [error, setError] = useState<{ of: string; error: AppErrorValue }>()
  const { sort, descending, ...looked } = view
  const scope = JSON.stringify({ site, id, ...looked })
  const of = JSON.stringify({ site, id, ...looked, sort, descending })
  const first = Math.floor(Math.max(0, seen.from) / pageSize)
  const last = Math.floor(Math.max(0, seen.to - 1) / pageSize)
  const latest = useRef(loaded)
  useEffect(() => {
    latest.current = loaded
  }, [loaded])

  useEffect(() => {
    const abort = new AbortController()
    const question = JSON.parse(of) as { site: string; id: string } & FolderView
    const current = latest.current
    const known = current?.of === of && current.version === version ? current.pages : undefined
    const wanted = Array.from({ length: last - first + 1 }, (_, i) => first + i).filter(
      (page) => known?.has(page) !== true,
    )
    const load = async (page: number) => {
      try {
        const answer = await client.call(
          'results',
          'folder',
          { ...question, offset: page * pageSize, limit: pageSize },
          { signal: abort.signal },
        )
        const { total, bytes, complete, asOf, entries } = answer
        setError(undefined)
        setLoaded((before) => {
          const same = before?.of === of && before.version === version
          return {
            scope,
            of,
            version,
            total,
            bytes,
            complete,
            asOf,
            pages: new Map([...(same ? before.pages : []), [page, entries]]),
          }
        })
      } catch (failure) {
        if (!abort.signal.aborted) setError({ of, error: errorValue(failure) })
      }
    }
    for (const page of wanted) void load(page)
    return () => abort.abort()
  }, [client, scope, of, version, first, last])

  const failed = error?.of === of ? { error: error.error } : {}
  if (loaded?.scope !== scope) return failed
  const { total, bytes, complete, asOf, pages } = loaded
  return {
    ...failed,
    folder: {
      total,
      bytes,
      complete,
      asOf,
      at: (index) => pages.get(Math.floor(index / pageSize))?.[index % pageSize],
      here: [...pages.values()].flat(),
    },
  }
}
