import { useRef, useState } from 'react'
import type { Line } from './tree.ts'

/** Which lines are selected, and the keys and clicks that change it. */
export interface Selection {
  ids: ReadonlySet<string>
  all: boolean
  /** `range`: everything from the line touched last to this one. */
  toggle: (index: number, range: boolean) => void
  toggleAll: () => void
  clear: () => void
}

export function useSelection<T>(lines: readonly Line<T>[]): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set())
  const last = useRef<string>(undefined)
  const all = lines.length > 0 && lines.every(({ id }) => ids.has(id))
  return {
    ids,
    all,
    toggle(index, range) {
      const id = lines[index]?.id
      if (id === undefined) return
      const from = range ? lines.findIndex((line) => line.id === last.current) : -1
      const next = new Set(ids)
      if (from >= 0) {
        const [start, end] = from < index ? [from, index] : [index, from]
        for (const line of lines.slice(start, end + 1)) next.add(line.id)
      } else if (!next.delete(id)) next.add(id)
      last.current = id
      setIds(next)
    },
    toggleAll: () => setIds(all ? new Set() : new Set(lines.map(({ id }) => id))),
    clear: () => setIds(new Set()),
  }
}
