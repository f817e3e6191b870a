import { useEffect, useState } from 'react'
import type { Feature, Input, Method, Output } from '../../../contract/app.ts'
import type { AppErrorValue } from '../../../contract/errors.ts'
import { errorValue } from './errors.ts'
import { useServices } from './services.tsx'

export interface Query<T> {
  data?: T
  error?: AppErrorValue
  again: () => void
}

/**
 * Asks the core; again when `version` changes (the state of a job). The last answer stays while the next is on its way.
 * Nothing is asked while `enabled` is false.
 */
export function useQuery<F extends Feature, M extends Method<F>>(
  feature: F,
  method: M,
  input: Input<F, M>,
  version: string,
  enabled = true,
): Query<Output<F, M>> {
  const { client } = useServices()
  const [attempt, setAttempt] = useState(0)
  const [answer, setAnswer] = useState<{ of: string; data?: Output<F, M>; error?: AppErrorValue }>()
  const asked = JSON.stringify(input)
  const question = JSON.stringify({ asked, version, attempt })
  useEffect(() => {
    if (!enabled) return undefined
    const abort = new AbortController()
    const { asked: of } = JSON.parse(question) as { asked: string }
    client.call(feature, method, JSON.parse(of) as Input<F, M>, { signal: abort.signal }).then(
      (data) => setAnswer({ of, data }),
      (error: unknown) => {
        if (abort.signal.aborted) return
        setAnswer((before) => ({
          of,
          ...(before?.of === of && before.data !== undefined ? { data: before.data } : {}),
          error: errorValue(error),
        }))
      },
    )
    return () => abort.abort()
  }, [client, feature, method, question, enabled])
  const { data, error } = answer?.of === asked ? answer : {}
  return {
    ...(data === undefined ? {} : { data }),
    ...(error === undefined ? {} : { error }),
    again: () => setAttempt(attempt + 1),
  }
}
