import { ActionIcon, Switch } from '@mantine/core'
import { ArrowLeft, ArrowLeftRight } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import type { JobDetail } from '../../../../contract/jobs.ts'
import { AppError } from '../../app/app-error.tsx'
import { hrefOf, navigate, type RouteOf } from '../../app/router.ts'
import { useSite } from '../../app/site-context.ts'
import { useQuery } from '../../app/use-query.ts'
import { formatFigure, useFormat } from '../../ui/format.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { compareMessages } from './compare-messages.ts'
import { comparedFigures, diffLines, type Compared } from './compare.ts'
import { useComparison } from './use-comparison.ts'
import styles from './compare.module.css'

/** `#/jobs/compare/<a>/<b>`: two jobs side by side, what differs marked. */
export default function ComparePage({ route }: { route: RouteOf<'compare'> }) {
  const { a, b } = route
  const say = useMessages(compareMessages)
  const site = useSite().id
  const left = useQuery('jobs', 'detail', { site, id: a }, '')
  const right = useQuery('jobs', 'detail', { site, id: b }, '')
  const [only, setOnly] = useState(false)
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <ActionIcon component="a" href={hrefOf({ page: 'jobs' })} aria-label={say('back')} title={say('back')}>
          <ArrowLeft size={16} aria-hidden />
        </ActionIcon>
        <h1>{say('title')}</h1>
        <span className={styles.grow} />
        <Switch
          size="xs"
          label={say('only')}
          checked={only}
          onChange={(event) => setOnly(event.currentTarget.checked)}
        />
        <ActionIcon
          aria-label={say('swap')}
          title={say('swap')}
          onClick={() => navigate({ page: 'compare', a: b, b: a }, { replace: true })}
        >
          <ArrowLeftRight size={15} aria-hidden />
        </ActionIcon>
      </header>
      {[left, right].map(({ error, again }, side) =>
        error === undefined ? null : <AppError key={side} error={error} site={site} onRetry={again} />,
      )}
      {left.data === undefined || right.data === undefined ? (
        left.error === undefined && right.error === undefined ? (
          <Skeleton lines={12} />
        ) : null
      ) : (
        <Sides site={site} a={left.data} b={right.data} only={only} />
      )}
    </div>
  )
}

function Sides({ site, a, b, only }: { site: string; a: JobDetail; b: JobDetail; only: boolean }) {
  const say = useMessages(compareMessages)
  const language = useLanguage()
  const parts = useComparison(site, a, b)
  const [x, y] = [useFigures(site, a), useFigures(site, b)]
  const figures = comparedFigures(
    x,
    y,
    ({ label }) => textIn(label, language),
    ({ value, unit, problem }) =>
      value === undefined
        ? (problem ?? '–')
        : `${formatFigure(value, language)}${unit === undefined ? '' : ` ${unit}`}`,
  )
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th>{say('what')}</th>
          {[a, b].map((job, side) => (
            <th key={side}>
              <a href={hrefOf({ page: 'jobs', id: job.id })}>{job.name}</a> <code>{job.id}</code>{' '}
              <StateBadge state={job.state} plain />
            </th>
          ))}
        </tr>
      </thead>
      <Part title={say('part.results')} lines={figures} only={only} />
      <Part title={say('part.parameters')} lines={parts.parameters} only={only} />
      <Part title={say('part.files')} lines={parts.files} only={only} />
      <Part title={say('part.asked')} lines={parts.asked} only={only} />
      <Part title={say('part.course')} lines={parts.course} only={only} />
      <PartHead title={say('part.script')}>
        <tr>
          <td colSpan={3}>
            <Scripts a={a.script} b={b.script} />
          </td>
        </tr>
      </PartHead>
    </table>
  )
}

/** The figures of a job's results; none where it has not ended well. */
function useFigures(site: string, job: JobDetail) {
  const query = useQuery('results', 'figures', { site, id: job.id }, job.state, job.state === 'completed')
  return query.data?.values ?? []
}

function PartHead({ title, children }: { title: string; children: ReactNode }) {
  return (
    <tbody>
      <tr>
        <th colSpan={3} scope="rowgroup" className={styles.part}>
          {title}
        </th>
      </tr>
      {children}
    </tbody>
  )
}

function Part({ title, lines, only }: { title: string; lines: readonly Compared[]; only: boolean }) {
  const say = useMessages(compareMessages)
  const format = useFormat()
  const shown = only ? lines.filter(({ differs }) => differs) : lines
  if (lines.length === 0) return null
  return (
    <PartHead title={title}>
      {shown.length === 0 ? (
        <tr>
          <td colSpan={3} className={styles.faint}>
            {say('same')}
          </td>
        </tr>
      ) : null}
      {shown.map(({ key, label, a, b, differs, change }) => (
        <tr key={key} data-differs={differs || undefined}>
          <th scope="row">
            {label}
            {differs ? (
              <span className={styles.mark} role="img" aria-label={say('differs')} title={say('differs')}>
                ≠
              </span>
            ) : null}
          </th>
          <td>{a ?? say('none')}</td>
          <td>
            {b ?? say('none')}
            {change === undefined ? null : (
              <span className={styles.change}>
                {say('change', { change: (change > 0 ? '+' : '') + format.number(change * 100, 2) })}
              </span>
            )}
          </td>
        </tr>
      ))}
    </PartHead>
  )
}

const marks = { both: ' ', a: '−', b: '+' } as const

function Scripts({ a, b }: { a: string; b: string }) {
  const say = useMessages(compareMessages)
  if (a === b) return <p className={styles.faint}>{say('sameScript')}</p>
  const lines = diffLines(a, b)
  if (lines === undefined)
    return (
      <div className={styles.scripts}>
        <pre tabIndex={0}>{a}</pre>
        <pre tabIndex={0}>{b}</pre>
      </div>
    )
  return (
    <pre className={styles.diff} tabIndex={0} aria-label={say('part.script')}>
      {lines.map(({ side, text }, index) => (
        <div key={index} data-side={side} title={side === 'both' ? undefined : say(side === 'a' ? 'onlyA' : 'onlyB')}>
          {marks[side]} {text}
        </div>
      ))}
    </pre>
  )
}
