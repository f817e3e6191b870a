import { ActionIcon } from '@mantine/core'
import { ArrowLeft } from 'lucide-react'
import { useEffect, type ReactNode } from 'react'
import type { Job } from '../../../../contract/jobs.ts'
import { AppError } from '../../app/app-error.tsx'
import { navigate } from '../../app/router.ts'
import { useQuery } from '../../app/use-query.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useMessages } from '../../ui/text.ts'
import { AsOfContext } from '../../ui/use-now.ts'
import { LogView } from '../logs/log-view.tsx'
import { Convergence } from '../convergence/convergence.tsx'
import { Figures } from '../results/figures.tsx'
import { Files } from '../results/files.tsx'
import { Usage } from '../usage/usage.tsx'
import { Details } from './details.tsx'
import { ElementsTable } from './elements-table.tsx'
import { JobHead } from './job-head.tsx'
import { jobsMessages } from './messages.ts'
import { FailureReason, PendingReason } from './reasons.tsx'
import { hasFailed } from './story.ts'
import { useChanges } from './use-changes.tsx'
import styles from './job.module.css'

/** What of a job its details depend on; what came from memory is asked for again once the list is fresh. */
const versionOf = (job: Job | undefined, fresh: boolean): string =>
  JSON.stringify([fresh, job?.state, job?.held, job?.timeLimit, job?.restarts, job?.array?.states])

/**
 * One job, told from the top; below it what is most useful in its state comes first.
 * `known` is its row of the list, which is fresher than its details, and `asOf` the age of that list; `again` goes on to the form that submits it once more.
 */
export function JobView(props: {
  site: string
  id: string
  known: Job | undefined
  asOf: string | undefined
  /** The array that it is an element of: what changes there may have changed here. */
  array: Job | undefined
  again: boolean
  beside: boolean
  /** The address of the list it was opened from. */
  back: string
}) {
  const { site, id, known, asOf: listAsOf, array, again, beside, back } = props
  const say = useMessages(jobsMessages)
  const detail = useQuery('jobs', 'detail', { site, id }, versionOf(known ?? array, listAsOf === undefined))
  const changes = useChanges(site)
  const job = known ?? detail.data
  const asOf = known === undefined ? detail.data?.asOf : listAsOf
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
        <ActionIcon component="a" href={back} aria-label={say('job.back')} title={say('job.back')}>
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
  // Of an array each element has a plot of its own; a job that has not run has none.
  const hasPlot = job.array === undefined && job.startedAt !== undefined
  const plot = hasPlot ? (
    <Convergence key="plot" site={site} job={job} onCancel={() => changes.start({ action: 'cancel' }, [job])} />
  ) : null
  const folder = <Files key="files" site={site} job={job} />
  const usage = <Usage key="usage" site={site} job={job} />
  const order: ReactNode[] =
    job.state === 'pending'
      ? [<PendingReason key="reason" job={job} onRelease={() => changes.start({ action: 'release' }, [job])} />, folder]
      : job.state === 'completed'
        ? [<Figures key="figures" site={site} job={job} />, folder, plot, usage, log]
        : hasFailed(job.state)
          ? [<FailureReason key="reason" job={job} logTail={detail.data?.logTail} />, plot, usage, log, folder]
          : [plot, usage, log, folder]
  return (
    <AsOfContext value={asOf}>
      <article className={styles.view} aria-label={say('job.label', { id })} data-state={job.state}>
        <JobHead job={job} asOf={asOf} changes={changes} beside={beside} back={back} />
        {job.array === undefined ? null : <ElementsTable site={site} job={job} changes={changes} />}
        {order}
        {detail.data === undefined ? (
          detail.error === undefined ? null : (
            <AppError error={detail.error} site={site} onRetry={detail.again} />
          )
        ) : (
          <Details site={site} detail={detail.data} />
        )}
      </article>
    </AsOfContext>
  )
}
