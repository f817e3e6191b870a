import { useEffect, useState } from 'react'
import type { Input, Output } from '../../../../contract/app.ts'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { Submission } from '../../../../contract/jobs.ts'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'

export interface Preview {
  /** The last one rendered; stays while the next is on its way. */
  script?: string
  problems: Output<'templates', 'preview'>['problems']
  error?: AppErrorValue
  retry: () => void
}

/** Milliseconds without typing before the script is asked for. */
const quiet = 400

/** The script of a submission as the cluster would run it, asked for when typing rests. */
export function usePreview(
  site: string,
  submission: Submission | undefined,
  files: Input<'templates', 'preview'>['files'],
): Preview {
  const { client } = useServices()
  const [attempt, setAttempt] = useState(0)
  const [answer, setAnswer] = useState<Omit<Preview, 'retry'>>({ problems: [] })
  // The text, not the objects: they are made anew at every drawing.
  const question = submission === undefined ? undefined : JSON.stringify({ submission, files, attempt })
  useEffect(() => {
    if (question === undefined) return undefined
    const abort = new AbortController()
    const ask = async () => {
      try {
        const { submission: asked, files: named } = JSON.parse(question) as Pick<
          Input<'templates', 'preview'>,
          'submission' | 'files'
        >
        const input = { site, submission: asked, files: named }
        setAnswer(await client.call('templates', 'preview', input, { signal: abort.signal }))
      } catch (error) {
        if (!abort.signal.aborted) setAnswer((before) => ({ ...before, problems: [], error: errorValue(error) }))
      }
    }
    const timer = setTimeout(() => void ask(), quiet)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [client, site, question])
  return { ...answer, retry: () => setAttempt(attempt + 1) }
}
