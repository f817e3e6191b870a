import { ActionIcon, Button, Group, VisuallyHidden } from '@mantine/core'
import { Download, Eye } from 'lucide-react'
import { useContext, useState } from 'react'
import type { Job } from '../../../../contract/jobs.ts'
import type { ResultEntry } from '../../../../contract/results.ts'
import { AppError } from '../../app/app-error.tsx'
import { useQuery } from '../../app/use-query.ts'
import { AsOf } from '../../ui/as-of.tsx'
import { formatFigure, useFormat } from '../../ui/format.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { AsOfContext } from '../../ui/use-now.ts'
import { Section } from '../jobs/section.tsx'
import { previewKinds, shownName } from './kinds.ts'
import { resultsMessages } from './messages.ts'
import { Preview } from './preview.tsx'
import { useDownloads } from './use-download.tsx'
import styles from './results.module.css'

/** What a job came to: its figures large, and the files worth opening first. */
export function Figures({ site, job }: { site: string; job: Job }) {
  const { id, state } = job
  const fresh = useContext(AsOfContext) === undefined
  const figures = useQuery('results', 'figures', { site, id }, `${state} ${fresh}`)
  const files = useQuery('results', 'files', { site, id }, `${state} ${fresh}`)
  const downloads = useDownloads(site, id)
  const [looked, setLooked] = useState<ResultEntry>()
  const say = useMessages(resultsMessages)
  const language = useLanguage()
  const format = useFormat()
  const values = figures.data?.values
  const main = files.data?.files.filter((file) => file.main) ?? []
  return (
    <Section title={say('figures.title')} note={<AsOf asOf={figures.data?.asOf} />}>
      {figures.error === undefined ? null : <AppError error={figures.error} site={site} onRetry={figures.again} />}
      {values === undefined ? (
        figures.error === undefined ? (
          <Skeleton lines={2} />
        ) : null
      ) : values.length === 0 && main.length === 0 ? (
        <p className={styles.faint}>{say('figures.none')}</p>
      ) : (
        <dl className={styles.figures}>
          {values.map(({ key, label, unit, value, problem }) => (
            <div key={key} data-result={key}>
              <dt>{textIn(label, language)}</dt>
              {value === undefined ? (
                <dd className={styles.faint}>{say('figures.unread', { problem: problem ?? '–' })}</dd>
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
            <Group key={file.path} gap={4}>
              <Button
                variant="default"
                leftSection={<Download size={14} aria-hidden />}
                onClick={() => downloads.start(file.path)}
              >
                <VisuallyHidden>{say('download.short')} </VisuallyHidden>
                {shownName(file.path)}
                <span className={styles.fileSize}> {format.bytes(file.size)}</span>
              </Button>
              {previewKinds({ ...file, kind: 'file' }).length === 0 ? null : (
                <ActionIcon
                  aria-label={say('figures.look', { name: shownName(file.path) })}
                  title={say('figures.look', { name: shownName(file.path) })}
                  onClick={() => setLooked({ ...file, kind: 'file' })}
                >
                  <Eye size={16} aria-hidden />
                </ActionIcon>
              )}
            </Group>
          ))}
        </div>
      )}
      {downloads.question}
      {downloads.error === undefined ? null : <AppError error={downloads.error} site={site} />}
      {looked === undefined ? null : (
        <Preview
          site={site}
          job={job}
          entry={looked}
          onClose={() => setLooked(undefined)}
          onDownload={() => downloads.start(looked.path)}
        />
      )}
    </Section>
  )
}
