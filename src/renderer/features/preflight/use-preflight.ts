import { useEffect, useRef, useState } from 'react'
import type { Input } from '../../../../contract/app.ts'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { Preflight } from '../../../../contract/preflight.ts'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'

export type Question = Omit<Input<'preflight', 'check'>, 'site'>

/** What is known of the form as it stands now; an answer for other values is never shown. */
export type Checks =
  /** Nothing can be asked yet. */
  | { state: 'idle' }
  | { state: 'checking' }
  | { state: 'checked'; preflight: Preflight }
  | { state: 'failed'; error: AppErrorValue; retry: () => void }

/** Milliseconds without typing before the agent is asked. */
const quiet = 600
/** An answer grows old: a queue moves on. */
const againMs = 60_000

/** What makes another question: neither the job's name, nor how much of a file has arrived meanwhile. */
export function keyOf({ submission, stored, planned }: Question): string {
  return JSON.stringify({
    submission: { ...submission, name: '' },
    stored,
    planned: planned.map(({ sent: _sent, ...file }) => file),
  })
}

/** Looks ahead at a submission while its form is edited. `connected` false: nothing is asked. */
export function usePreflight(site: string, question: Question | undefined, connected: boolean): Checks {
  const { client } = useServices()
  const [attempt, setAttempt] = useState(0)
  const [answer, setAnswer] = useState<{ of: string } & ({ preflight: Preflight } | { error: AppErrorValue })>()
  const latest = useRef(question)
  useEffect(() => {
    latest.current = question
  }, [question])
  const key = question === undefined || !connected ? undefined : `${attempt} ${keyOf(question)}`
  useEffect(() => {
    if (key === undefined) return undefined
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const ask = async () => {
      const asked = latest.current
      if (asked === undefined) return
      try {
        const preflight = await client.call('preflight', 'check', { site, ...asked }, { signal: abort.signal })
        setAnswer({ of: key, preflight })
        const { start } = preflight
        timer = setTimeout(() => void ask(), start.state === 'later' ? start.seconds * 1000 + 50 : againMs)
      } catch (error) {
        if (!abort.signal.aborted) setAnswer({ of: key, error: errorValue(error) })
      }
    }
    timer = setTimeout(() => void ask(), quiet)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [client, site, key])
  if (key === undefined) return { state: 'idle' }
  if (answer?.of !== key) return { state: 'checking' }
  if ('preflight' in answer) return { state: 'checked', preflight: answer.preflight }
  return {
    state: 'failed',
    error: answer.error,
    retry: () => setAttempt(attempt + 1),
  }
}
