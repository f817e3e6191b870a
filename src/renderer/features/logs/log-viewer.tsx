import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import type { Job } from '../../../../contract/jobs.ts'
import { AppError } from '../../app/app-error.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useFormat } from '../../ui/format.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useMessages } from '../../ui/text.ts'
import { hasEnded } from '../jobs/story.ts'
import { useDownloads } from '../results/use-download.tsx'
import { Garbled } from './encoding.tsx'
import { Lines } from './log-lines.tsx'
import { firstFrom } from './log-window.ts'
import { logsMessages } from './messages.ts'
import { SearchBox, SearchReport } from './search-box.tsx'
import { StatusBar } from './status-bar.tsx'
import { Tools } from './tools.tsx'
import { useLogViewer } from './use-viewer.ts'
import styles from './log.module.css'

/** One text file of a job: followed, moved through, searched. */
export function LogViewer(props: {
  site: string
  job: Job
  /** Absent: the job's own log. */
  file: string | undefined
  /** The path in the job's folder, where it is known. */
  name: string | undefined
  /** Chooses another file. */
  picker: ReactNode
  /** Told how much there is. */
  onNote: (note: string | undefined) => void
}) {
  const { site, job, file, name, picker, onNote } = props
  const say = useMessages(logsMessages)
  const format = useFormat()
  const { viewer, state, search, found } = useLogViewer(site, job.id, file)
  const downloads = useDownloads(site, job.id)
  const [wrap, setWrap] = useState(false)
  const [full, setFull] = useState(false)
  const [{ top, bottom }, setView] = useState({ top: 0, bottom: 0 })
  const onView = useCallback(
    (first: number, last: number) =>
      setView((before) => (before.top === first && before.bottom === last ? before : { top: first, bottom: last })),
    [],
  )
  const box = useRef<HTMLInputElement>(null)
  const root = useRef<HTMLDivElement>(null)
  const { window: part, size, complete } = state
  const { lines, firstNumber } = part

  const note = noteOf()
  useEffect(() => onNote(note), [note, onNote])
  function noteOf(): string | undefined {
    if (size === undefined || size === 0) return undefined
    const total = firstNumber !== undefined && viewer.isAtEnd ? firstNumber + lines.length - 1 : undefined
    if (total === undefined) return format.bytes(size)
    const words = say('lines', { count: total, size: format.bytes(size) })
    return words.replace(String(total), format.number(total))
  }

  const go = useCallback(
    async (direction: 'forward' | 'backward') => {
      const { current } = search.state
      const now = viewer.state.window.lines
      const index = current === undefined ? undefined : firstFrom(now, current + 1)
      // Behind the line of the last match, and before it; without one from where the reader looks.
      const here = direction === 'forward' ? (now[top]?.at ?? 0) : (now[bottom + 1]?.at ?? viewer.state.window.end)
      const from =
        current === undefined || index === undefined
          ? here
          : direction === 'forward'
            ? (now[index]?.at ?? current + 1)
            : current
      const at = await search.go(direction, from)
      if (at !== undefined) viewer.jump(at)
    },
    [search, viewer, top, bottom],
  )

  const onKey = useCallback(
    (event: KeyboardEvent<HTMLElement>) => {
      const { key, ctrlKey, metaKey, altKey } = event
      if ((ctrlKey || metaKey) && key.toLowerCase() === 'f') box.current?.focus()
      else if (ctrlKey || metaKey || altKey) return
      else if (key === '/') box.current?.focus()
      else if (key === 'n') void go('forward')
      else if (key === 'N') void go('backward')
      else if (key === 'Home') viewer.jump(0)
      else if (key === 'End') viewer.toEnd()
      else if (key === 'Escape' && full) setFull(false)
      else return
      event.preventDefault()
      // The page has keys of its own, `/` among them.
      event.stopPropagation()
    },
    [go, viewer, full],
  )

  const isEmpty = size !== undefined && size === 0
  const nothing = job.startedAt === undefined && !hasEnded(job.state) ? 'pending' : complete ? 'empty' : 'emptyYet'
  return (
    <div ref={root} className={styles.viewer} data-full={full || undefined}>
      <div className={styles.tools}>
        {picker}
        <SearchBox
          inputRef={box}
          search={search}
          found={found}
          encoding={state.encoding}
          onGo={(way) => void go(way)}
        />
        <span className={styles.spring} />
        <Tools
          viewer={viewer}
          state={state}
          wrap={wrap}
          onWrap={setWrap}
          full={full}
          onFull={setFull}
          onDownload={() => downloads.start(name ?? 'job.log')}
        />
      </div>
      <SearchReport found={found} />
      {state.error === undefined ? null : <AppError error={state.error} site={site} />}
      {downloads.question}
      {downloads.error === undefined ? null : <AppError error={downloads.error} site={site} />}
      {downloads.saving === undefined ? null : (
        <ErrorNote tone="busy" title={say('saving', { name: downloads.saving })} />
      )}
      {state.startedOver ? <ErrorNote tone="wait" title={say('startedOver')} /> : null}
      <Garbled viewer={viewer} state={state} />
      {size === undefined ? (
        state.error === undefined ? (
          <Skeleton lines={5} />
        ) : null
      ) : isEmpty ? (
        <p className={styles.nothing}>{say(nothing)}</p>
      ) : (
        <>
          <Lines
            viewer={viewer}
            state={state}
            label={file === undefined ? say('title') : say('titleOf', { file })}
            wrap={wrap}
            marks={found}
            onView={onView}
            onKey={onKey}
          />
          <StatusBar viewer={viewer} state={state} top={top} />
        </>
      )}
    </div>
  )
}
