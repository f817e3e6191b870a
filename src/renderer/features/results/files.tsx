import { ActionIcon, Button } from '@mantine/core'
import { Download, RefreshCw, Star } from 'lucide-react'
import { useMemo, useState } from 'react'
import { jobHasEnded, type Job } from '../../../../contract/jobs.ts'
import { AppError } from '../../app/app-error.tsx'
import { useQuery } from '../../app/use-query.ts'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useFormat } from '../../ui/format.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useLanguage, useMessages } from '../../ui/text.ts'
import { Time } from '../../ui/time.tsx'
import { Section } from '../jobs/section.tsx'
import { useNow } from '../jobs/use-now.ts'
import { resultsMessages } from './messages.ts'
import { useDownloads } from './use-download.ts'
import styles from './results.module.css'

/** Seconds between two looks at the folder of a running job. */
const filesInterval = 15
/** Files shown at first; a job may write thousands. */
const shownAtFirst = 30

/** The files in the job's folder, the main results first. */
export function Files({ site, job }: { site: string; job: Job }) {
  const { id, state } = job
  const running = job.startedAt !== undefined && !jobHasEnded(state)
  const tick = Math.floor(useNow(running) / (filesInterval * 1000))
  const query = useQuery('results', 'files', { site, id }, `${state} ${running ? tick : ''}`)
  const downloads = useDownloads(site, id)
  const say = useMessages(resultsMessages)
  const language = useLanguage()
  const format = useFormat()
  const [limit, setLimit] = useState(shownAtFirst)
  const files = useMemo(() => {
    const { compare } = new Intl.Collator(language, { numeric: true, sensitivity: 'base' })
    return [...(query.data?.files ?? [])].sort((a, b) => Number(b.main) - Number(a.main) || compare(a.path, b.path))
  }, [query.data, language])
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  return (
    <Section
      title={say('files.title')}
      note={files.length === 0 ? undefined : say('files.count', { count: files.length, size: format.bytes(bytes) })}
      actions={
        <ActionIcon aria-label={say('files.refresh')} title={say('files.refresh')} onClick={query.again}>
          <RefreshCw size={14} aria-hidden />
        </ActionIcon>
      }
    >
      {query.error === undefined ? null : <AppError error={query.error} site={site} onRetry={query.again} />}
      {downloads.error === undefined ? null : <AppError error={downloads.error} site={site} />}
      {downloads.saving === undefined ? null : (
        <ErrorNote tone="busy" title={say('download.saving', { name: downloads.saving })} />
      )}
      {query.data === undefined ? (
        query.error === undefined ? (
          <Skeleton lines={4} />
        ) : null
      ) : files.length === 0 ? (
        <p className={styles.faint}>{say('files.none')}</p>
      ) : (
        <table className={styles.files}>
          <thead>
            <tr>
              <th>{say('files.name')}</th>
              <th>{say('files.class')}</th>
              <th data-align="end">{say('files.size')}</th>
              <th data-align="end">{say('files.modified')}</th>
              <th aria-label={say('download.short')} />
            </tr>
          </thead>
          <tbody>
            {files.slice(0, limit).map((file) => (
              <tr key={file.path}>
                <td className={styles.fileName} title={file.path}>
                  {file.main ? (
                    <Star size={12} className={styles.star} role="img" aria-label={say('files.main')} />
                  ) : null}
                  {file.path}
                </td>
                <td className={styles.faint}>{file.class}</td>
                <td data-align="end">{format.bytes(file.size)}</td>
                <td data-align="end" className={styles.faint}>
                  <Time at={file.modifiedAt} />
                </td>
                <td data-align="end">
                  <ActionIcon
                    size={24}
                    aria-label={say('download', { name: file.path })}
                    title={say('download', { name: file.path })}
                    onClick={() => downloads.start(file.path)}
                  >
                    <Download size={14} aria-hidden />
                  </ActionIcon>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {files.length > limit ? (
        <Button variant="subtle" onClick={() => setLimit(limit + 500)}>
          {say('files.more', { count: files.length - limit })}
        </Button>
      ) : null}
    </Section>
  )
}
