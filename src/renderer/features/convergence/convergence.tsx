import { useComputedColorScheme } from '@mantine/core'
import { lazy, Suspense, useMemo, useState } from 'react'
import type { Job } from '../../../../contract/jobs.ts'
import { AppError } from '../../app/app-error.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { convergenceMessages } from './messages.ts'
import { Section } from '../jobs/section.tsx'
import { columnsOf, formatResidual, latestValues } from './series.ts'
import { hasEnded } from '../jobs/story.ts'
import { useConvergence } from './use-convergence.ts'
import styles from './convergence.module.css'

// The plot's library comes with the first plot, not with the list of jobs.
const Chart = lazy(() => import('./convergence-chart.tsx'))

/** The convergence of a job, growing while it runs, with the latest values in words. */
export function Convergence({ site, job }: { site: string; job: Job }) {
  const say = useMessages(convergenceMessages)
  const language = useLanguage()
  const { meta, points, error } = useConvergence(site, job.id)
  const scheme = useComputedColorScheme('light')
  const [cursor, setCursor] = useState<number>()
  const columns = useMemo(() => columnsOf(points, meta?.logScale ?? false), [points, meta])
  const latest = useMemo(() => latestValues(points), [points])
  const axis = meta === undefined ? '' : textIn(meta.xLabel, language)
  const at = cursor === undefined ? undefined : points[cursor]
  const summary = say('summary', {
    axis,
    count: points.length,
    values: latest.map(({ name, value }) => say('value', { name, value: formatResidual(value) })).join(', '),
  })
  const unit =
    meta === undefined ? undefined : `${textIn(meta.yLabel, language)}${meta.logScale ? `, ${say('log')}` : ''}`
  const x = at?.x ?? points.at(-1)?.x
  return (
    <Section title={say('title')} note={unit}>
      {error === undefined ? null : <AppError error={error} site={site} />}
      {meta === undefined ? (
        error === undefined ? (
          <Skeleton lines={4} />
        ) : null
      ) : points.length === 0 ? (
        <p className={styles.nothing}>{say(hasEnded(job.state) ? 'emptyEnded' : 'empty')}</p>
      ) : (
        <>
          <ul className={styles.legend}>
            {columns.series.map(({ name }, index) => {
              const value = at === undefined ? latest.find((each) => each.name === name)?.value : at.values[name]
              return (
                <li key={name}>
                  <svg width={22} height={8} aria-hidden className={styles.sample} data-series={index % 6}>
                    <line x1={0} y1={4} x2={22} y2={4} />
                  </svg>
                  <span>{name}</span>
                  <span className={styles.value}>{value === undefined ? '–' : formatResidual(value)}</span>
                </li>
              )
            })}
            <li className={styles.at}>
              {x === undefined ? '' : say('at', { axis, x: String(Number(x.toPrecision(6))) })}
            </li>
          </ul>
          <div className={styles.plot} role="img" aria-label={summary}>
            <Suspense fallback={null}>
              <Chart key={scheme} columns={columns} logScale={meta.logScale} xLabel={axis} onCursor={setCursor} />
            </Suspense>
          </div>
        </>
      )}
    </Section>
  )
}
