import { useCallback, useEffect, useState } from 'react'
import type { Params } from '../../../../contract/app.ts'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { ConvergenceChoice, ConvergenceHead, ConvergenceRow } from '../../../../contract/convergence.ts'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'

export interface LiveConvergence {
  /** Absent until the core has answered. */
  head?: ConvergenceHead
  rows: readonly ConvergenceRow[]
  complete: boolean
  error?: AppErrorValue
}

const interval = 200
/** More rows than this are asked for again: they come thinned. */
const mostRows = 20_000
/** A log that nothing was recognised in may have been too short yet, milliseconds. */
const again = 15_000

/** The convergence of a job as it is calculated; with `run` an earlier one. `isOver`: the job has ended. */
export function useConvergence(
  site: string,
  id: string,
  run: number | undefined,
  isOver: boolean,
): LiveConvergence & { choose: (choice: ConvergenceChoice) => Promise<void> } {
  const { client } = useServices()
  const [live, setLive] = useState<LiveConvergence>({ rows: [], complete: false })
  const [attempt, setAttempt] = useState(0)
  const restart = useCallback(() => setAttempt((before) => before + 1), [])
  const question = JSON.stringify({ asked: { site, id, run }, attempt })

  useEffect(() => {
    const { asked } = JSON.parse(question) as { asked: Params<'convergence', 'points'> }
    let state: LiveConvergence = { rows: [], complete: false }
    let added: ConvergenceRow[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    const show = () => {
      timer = undefined
      state = { ...state, rows: added.length === 0 ? state.rows : [...state.rows, ...added] }
      added = []
      setLive(state)
      if (state.rows.length > mostRows) restart()
    }
    const end = client.subscribe('convergence', 'points', asked, {
      snapshot: ({ head, rows, complete }) => {
        state = { head, rows, complete }
        added = []
        show()
      },
      event: ({ head, rows, anew, complete }) => {
        if (anew === true) {
          state = { ...state, rows: [] }
          added = []
        }
        added.push(...rows)
        state = { ...state, complete, ...(head === undefined ? {} : { head }) }
        timer ??= setTimeout(show, interval)
      },
      error: (error) => setLive((before) => ({ ...before, error })),
    })
    return () => {
      clearTimeout(timer)
      end()
    }
  }, [client, question, restart])

  const isUnknown = live.error?.code === 'NOT_FOUND'
  useEffect(() => {
    if (!isUnknown || isOver) return undefined
    const timer = setInterval(restart, again)
    return () => clearInterval(timer)
  }, [isUnknown, isOver, restart])

  const choose = useCallback(
    async (choice: ConvergenceChoice) => {
      try {
        const head = await client.call('convergence', 'choose', { site, id, choice })
        if (choice.parser === undefined)
          setLive((before) => ({ ...before, head: { ...head, run: before.head?.run ?? 1 } }))
        else restart()
      } catch (error) {
        setLive((before) => ({ ...before, error: errorValue(error) }))
      }
    },
    [client, site, id, restart],
  )
  return { ...live, choose }
}
