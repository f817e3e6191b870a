import { useEffect, useState } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { ConvergenceMeta, ConvergencePoint } from '../../../../contract/convergence.ts'
import { useServices } from '../../app/services.tsx'

export interface LiveConvergence {
  /** Absent until the core has answered. */
  meta?: ConvergenceMeta
  points: readonly ConvergencePoint[]
  complete: boolean
  error?: AppErrorValue
}

const interval = 200

/** The convergence of a job as it is calculated. */
export function useConvergence(site: string, id: string): LiveConvergence {
  const { client } = useServices()
  const [live, setLive] = useState<LiveConvergence>({ points: [], complete: false })
  useEffect(() => {
    let state: LiveConvergence = { points: [], complete: false }
    let added: ConvergencePoint[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    const show = () => {
      timer = undefined
      state = { ...state, points: [...state.points, ...added] }
      added = []
      setLive(state)
    }
    const end = client.subscribe(
      'convergence',
      'points',
      { site, id },
      {
        snapshot: ({ meta, points, complete }) => {
          state = { meta, points, complete }
          added = []
          show()
        },
        event: ({ points, complete }) => {
          added.push(...points)
          state = { ...state, complete }
          timer ??= setTimeout(show, interval)
        },
        error: (error) => setLive((before) => ({ ...before, error })),
      },
    )
    return () => {
      clearTimeout(timer)
      end()
    }
  }, [client, site, id])
  return live
}
