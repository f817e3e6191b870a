import { useComputedColorScheme } from '@mantine/core'
import { lazy, Suspense, useCallback, useState } from 'react'
import { formatBytes, formatDuration, formatMemory } from '../../ui/format.ts'
import { useLanguage, useMessages } from '../../ui/text.ts'
import { usageMessages } from './messages.ts'
import { formatPercent, type Course } from './series.ts'
import styles from './usage.module.css'

// The plot's library comes with the first plot, not with the page.
const Chart = lazy(() => import('./usage-chart.tsx'))

const lastOf = (values: readonly (number | null)[]): number | null => values.findLast((value) => value !== null) ?? null

/** One chart with its figures in words, of the moment under the pointer or of the last. */
export function CourseView({ course }: { course: Course }) {
  const say = useMessages(usageMessages)
  const language = useLanguage()
  const scheme = useComputedColorScheme('light')
  const [cursor, setCursor] = useState<number>()
  const { kind, seconds, lines } = course
  const valueText = useCallback(
    (value: number) => {
      if (kind === 'memory') return formatMemory(value, language)
      return kind === 'io' ? formatBytes(value, language) : say('percent', { value: formatPercent(value) })
    },
    [kind, language, say],
  )
  const timeText = useCallback((value: number) => formatDuration(value, language), [language])
  const shown = (values: readonly (number | null)[]) => {
    const value = (cursor === undefined ? undefined : values[cursor]) ?? lastOf(values)
    return value === null ? '–' : valueText(value)
  }
  const title = say(`chart.${kind}`)
  const at = cursor === undefined ? undefined : seconds[cursor]
  const values = lines.map(({ name, values: of }) =>
    say('chart.value', { name: say(`chart.${name}`), value: shown(of) }),
  )
  const summary = say('chart.summary', {
    title,
    values: values.join(', '),
    time: timeText(seconds.at(-1) ?? 0),
    count: seconds.length,
  })
  return (
    <div className={styles.course}>
      <div className={styles.legend}>
        <span className={styles.name}>{title}</span>
        {lines.map(({ name, values: of }, index) => (
          <span key={name} className={styles.entry}>
            <svg
              width={18}
              height={8}
              aria-hidden
              className={styles.sample}
              data-line={name === 'limit' ? 'limit' : index}
            >
              <line x1={0} y1={4} x2={18} y2={4} />
            </svg>
            {say(`chart.${name}`)} <span className={styles.value}>{shown(of)}</span>
          </span>
        ))}
        {at === undefined ? null : <span className={styles.at}>{say('chart.at', { time: timeText(at) })}</span>}
      </div>
      <div className={styles.plot} role="img" aria-label={summary}>
        <Suspense fallback={null}>
          <Chart key={`${scheme} ${language}`} course={course} value={valueText} time={timeText} onCursor={setCursor} />
        </Suspense>
      </div>
    </div>
  )
}
