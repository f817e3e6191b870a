import { Button, VisuallyHidden } from '@mantine/core'
import { Download } from 'lucide-react'
import type { ResultFile, ResultValue } from '../../../../contract/jobs.ts'
import { AppError } from '../../app/app-error.tsx'
import { useFormat } from '../../ui/format.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { jobsMessages } from './messages.ts'
import { Section } from './section.tsx'
import { formatFigure } from './series.ts'
import type { Downloads } from './use-download.ts'
import type { Query } from './use-query.ts'
import styles from './job.module.css'

/** What a job came to: its figures large, and the files worth opening first. */
export function Results(props: {
  site: string
  results: Query<{ values: ResultValue[] }>
  files: readonly ResultFile[]
  downloads: Downloads
}) {
  const { site, results, files, downloads } = props
  const say = useMessages(jobsMessages)
  const language = useLanguage()
  const format = useFormat()
  const values = results.data?.values
  const main = files.filter((file) => file.main)
  return (
    <Section title={say('results.title')}>
      {results.error === undefined ? null : <AppError error={results.error} site={site} onRetry={results.again} />}
      {values === undefined ? (
        results.error === undefined ? (
          <Skeleton lines={2} />
        ) : null
      ) : values.length === 0 && main.length === 0 ? (
        <p className={styles.faint}>{say('results.none')}</p>
      ) : (
        <dl className={styles.figures}>
          {values.map(({ key, label, unit, value, problem }) => (
            <div key={key} data-result={key}>
              <dt>{textIn(label, language)}</dt>
              {value === undefined ? (
                <dd className={styles.faint}>{say('results.unread', { problem: problem ?? '–' })}</dd>
              ) : (
                <dd>
                  <span className={styles.figure}>{formatFigure(value, language)}</span>
                  {unit === undefined ? null : <span className={styles.figureUnit}> {unit}</span>}
                </dd>
              )}
            </div>
          ))}
        </dl>
      )}
      {main.length === 0 ? null : (
        <div className={styles.mainFiles}>
          {main.map((file) => (
            <Button
              key={file.path}
              variant="default"
              leftSection={<Download size={14} aria-hidden />}
              onClick={() => downloads.start(file.path)}
            >
              <VisuallyHidden>{say('download.short')} </VisuallyHidden>
              {file.path}
              <span className={styles.fileSize}> {format.bytes(file.size)}</span>
            </Button>
          ))}
        </div>
      )}
    </Section>
  )
}
