import { useEffect, useState } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { useServices } from '../../app/services.tsx'
import { appendLog, emptyLog, logFrom, shownLines, type LogLines } from './log-lines.ts'

export interface LiveLog {
  /** Absent until the core has answered. */
  lines?: readonly string[]
  /** The front of the log is not here: it was too long. */
  cut: boolean
  error?: AppErrorValue
}

/** Milliseconds between two drawings of a log that pours. */
const interval = 100

/** The log of a job as it is written. */
export function useLog(site: string, id: string): LiveLog {
  const { client } = useServices()
  const [live, setLive] = useState<LiveLog>({ cut: false })
  useEffect(() => {
    let log: LogLines = emptyLog
    let cut = false
    let text = ''
    let timer: ReturnType<typeof setTimeout> | undefined
    const show = () => {
      timer = undefined
      log = appendLog(log, text)
      text = ''
      setLive({ lines: shownLines(log), cut: cut || log.dropped > 0 })
    }
    const end = client.subscribe(
      'logs',
      'follow',
      { site, id },
      {
        snapshot: (state) => {
          log = logFrom(state.text, state.start)
          cut = state.start > 0
          text = ''
          show()
        },
        event: (added) => {
          text += added.text
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
