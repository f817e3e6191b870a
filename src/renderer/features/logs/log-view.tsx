import { ActionIcon, Switch, TextInput } from '@mantine/core'
import { Check, ChevronDown, ChevronUp, Copy, Search } from 'lucide-react'
import { memo, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import type { Job } from '../../../../contract/jobs.ts'
import { AppError } from '../../app/app-error.tsx'
import { useFormat } from '../../ui/format.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useVisibleRows } from '../../ui/table/window.ts'
import { useMessages } from '../../ui/text.ts'
import { Section } from '../jobs/section.tsx'
import { hasEnded } from '../jobs/story.ts'
import { useCopy } from '../jobs/use-copy.ts'
import { findInLog, splitMatches } from './log-lines.ts'
import { logsMessages } from './messages.ts'
import { useLog } from './use-log.ts'
import styles from './log.module.css'

/** Height of a line in pixels, as in log.module.css. */
const lineHeight = 18
const ignore = () => undefined

/** One line. Whatever it holds is text: never markup. */
const Line = memo(function Line(props: { text: string; search: string; current: boolean }) {
  const { text, search, current } = props
  const parts = splitMatches(text, search)
  return (
    <div className={styles.line} data-current={current || undefined}>
      {parts.length === 1
        ? text === ''
          ? ' '
          : text
        : parts.map((part, index) => (index % 2 === 1 ? <mark key={index}>{part}</mark> : part))}
    </div>
  )
})

function Lines(props: {
  lines: readonly string[]
  search: string
  current: number | undefined
  follow: boolean
  onFollow: (follow: boolean) => void
}) {
  const { lines, search, current, follow, onFollow } = props
  const say = useMessages(logsMessages)
  const scroller = useRef<HTMLDivElement>(null)
  const visible = useVisibleRows(scroller, lines.length, lineHeight, ignore)
  useLayoutEffect(() => {
    if (follow && lines.length > 0 && scroller.current !== null)
      scroller.current.scrollTop = scroller.current.scrollHeight
  }, [follow, lines.length])
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null || current === undefined) return
    element.scrollTop = Math.max(0, current * lineHeight - element.clientHeight / 2)
  }, [current])
  const bottomSeen = (element: HTMLElement) =>
    element.scrollHeight - element.scrollTop - element.clientHeight < 2 * lineHeight
  return (
    <div
      ref={scroller}
      className={styles.lines}
      role="region"
      aria-label={say('title')}
      tabIndex={0}
      // Scrolling up to read stops following; coming back to the end goes on.
      onScroll={(event) => {
        const atEnd = bottomSeen(event.currentTarget)
        if (atEnd !== follow) onFollow(atEnd)
      }}
    >
      <div className={styles.all} style={{ height: lines.length * lineHeight, paddingTop: visible.start * lineHeight }}>
        {lines.slice(visible.start, visible.end).map((text, offset) => {
          const index = visible.start + offset
          return <Line key={index} text={text} search={search} current={index === current} />
        })}
      </div>
    </div>
  )
}

/** The log of a job as it is written: follows the end, can be searched and copied. */
export function LogView({ site, job }: { site: string; job: Job }) {
  const say = useMessages(logsMessages)
  const format = useFormat()
  const { lines, cut, error } = useLog(site, job.id)
  const [follow, setFollow] = useState(true)
  const [search, setSearch] = useState('')
  const [at, setAt] = useState(0)
  const { copied, copy } = useCopy()
  const matches = useMemo(() => findInLog(lines ?? [], search), [lines, search])
  const current = matches.length === 0 ? undefined : matches[Math.min(at, matches.length - 1)]
  const go = (step: number) => {
    if (matches.length === 0) return
    setFollow(false)
    setAt((Math.min(at, matches.length - 1) + step + matches.length) % matches.length)
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter') go(event.shiftKey ? -1 : 1)
    else if (event.key === 'Escape') setSearch('')
    else return
    event.preventDefault()
  }
  const copyLabel = say(copied ? 'copied' : 'copy')
  const hasLines = lines !== undefined && lines.length > 0
  const nothing =
    job.startedAt === undefined && !hasEnded(job.state)
      ? 'pending'
      : hasEnded(job.state)
        ? 'empty'
        : 'emptyYet'
  return (
    <Section
      title={say('title')}
      note={
        hasLines
          ? say('lines', { count: lines.length }).replace(String(lines.length), format.number(lines.length))
          : undefined
      }
      actions={
        hasLines ? (
          <div className={styles.tools}>
            <TextInput
              value={search}
              w={190}
              aria-label={say('search')}
              placeholder={say('search')}
              leftSection={<Search size={13} aria-hidden />}
              rightSection={
                search === '' ? null : (
                  <span className={styles.matches}>
                    {matches.length === 0
                      ? say('noMatch')
                      : say('matches', { at: Math.min(at, matches.length - 1) + 1, count: matches.length })}
                  </span>
                )
              }
              rightSectionWidth={search === '' ? 0 : 72}
              onChange={(event) => {
                setSearch(event.currentTarget.value)
                setAt(0)
                if (event.currentTarget.value !== '') setFollow(false)
              }}
              onKeyDown={onKey}
            />
            <ActionIcon
              disabled={matches.length === 0}
              aria-label={say('previous')}
              title={say('previous')}
              onClick={() => go(-1)}
            >
              <ChevronUp size={15} aria-hidden />
            </ActionIcon>
            <ActionIcon
              disabled={matches.length === 0}
              aria-label={say('next')}
              title={say('next')}
              onClick={() => go(1)}
            >
              <ChevronDown size={15} aria-hidden />
            </ActionIcon>
            <ActionIcon aria-label={copyLabel} title={copyLabel} onClick={() => copy(lines.join('\n'))}>
              {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
            </ActionIcon>
            <Switch
              checked={follow}
              label={say('follow')}
              title={say('followHint')}
              onChange={(event) => setFollow(event.currentTarget.checked)}
            />
          </div>
        ) : undefined
      }
    >
      {error === undefined ? null : <AppError error={error} site={site} />}
      {lines === undefined ? (
        error === undefined ? (
          <Skeleton lines={5} />
        ) : null
      ) : hasLines ? (
        <>
          {cut ? <p className={styles.cut}>{say('cut')}</p> : null}
          <Lines lines={lines} search={search} current={current} follow={follow} onFollow={setFollow} />
        </>
      ) : (
        <p className={styles.nothing}>{say(nothing)}</p>
      )}
    </Section>
  )
}
