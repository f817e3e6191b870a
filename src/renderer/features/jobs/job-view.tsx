import { ActionIcon } from '@mantine/core'
import { ArrowLeft } from 'lucide-react'
import { useEffect, type ReactNode } from 'react'
import type { Job } from '../../../../contract/jobs.ts'
import { AppError } from '../../app/app-error.tsx'
import { hrefOf, navigate } from '../../app/router.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useMessages } from '../../ui/text.ts'
import { Convergence } from './convergence.tsx'
import { Details } from './details.tsx'
import { Files } from './files.tsx'
import { JobHead } from './job-head.tsx'
import { LogView } from './log-view.tsx'
import { jobsMessages } from './messages.ts'
import { FailureReason, PendingReason } from './reasons.tsx'
import { Results } from './results.tsx'
import { hasEnded, hasFailed } from './story.ts'
import { useDownloads } from './use-download.ts'
import { useNow } from './use-now.ts'
import { useJobQuery } from './use-query.ts'
import styles from './job.module.css'

/** Seconds between two looks at the folder of a running job. */
const filesInterval = 15

/**
 * One job, told from the top; below it what is most useful in its state comes first.
 * `known` is its row of the list, which is fresher than its details; `again` goes on to the form that submits it once more.
 */
export function JobView(props: { site: string; id: string; known: Job | undefined; again: boolean; beside: boolean }) {
  const { site, id, known, again, beside } = props
  const say = useMessages(jobsMessages)
  const detail = useJobQuery('detail', { site, id }, known?.state ?? '')
  const job = known ?? detail.data
  const running = job !== undefined && job.startedAt !== undefined && !hasEnded(job.state)
  const tick = Math.floor(useNow(running) / (filesInterval * 1000))
  const files = useJobQuery('files', { site, id }, `${job?.state ?? ''} ${running ? tick : ''}`, job !== undefined)
  const results = useJobQuery('results', { site, id }, job?.state ?? '', job?.state === 'completed')
  const downloads = useDownloads(site, id)
  const templateId = job?.templateId
  useEffect(() => {
    if (!again || job === undefined) return
    navigate(
      { page: 'new-job', from: id, ...(templateId === undefined ? {} : { template: templateId }) },
      { replace: true },
    )
  }, [again, job, id, templateId])

  if (job === undefined) {
    return (
      <div className={styles.missing}>
        <ActionIcon component="a" href={hrefOf({ page: 'jobs' })} aria-label={say('job.back')} title={say('job.back')}>
          <ArrowLeft size={16} aria-hidden />
        </ActionIcon>
        {detail.error === undefined ? (
          <Skeleton lines={8} />
        ) : (
          <AppError error={detail.error} site={site} onRetry={detail.again} />
        )}
      </div>
    )
  }

  const log = <LogView key="log" site={site} job={job} />
  const plot = job.hasConvergence ? <Convergence key="plot" site={site} job={job} /> : null
  const folder = <Files key="files" site={site} query={files} downloads={downloads} />
  const order: ReactNode[] =
    job.state === 'pending'
      ? [<PendingReason key="reason" job={job} />, folder]
      : job.state === 'completed'
        ? [
            <Results
              key="results"
              site={site}
              results={results}
              files={files.data?.files ?? []}
              downloads={downloads}
            />,
            folder,
            plot,
            log,
          ]
        : hasFailed(job.state)
          ? [<FailureReason key="reason" job={job} logTail={detail.data?.logTail} />, plot, log, folder]
          : [plot, log, folder]
  return (
    <article className={styles.view} aria-label={say('job.label', { id })} data-state={job.state}>
      <JobHead job={job} beside={beside} />
      {order}
      {detail.data === undefined ? (
        detail.error === undefined ? null : (
          <AppError error={detail.error} site={site} onRetry={detail.again} />
        )
      ) : (
        <Details site={site} detail={detail.data} />
      )}
    </article>
  )
}
