import { ActionIcon, Button } from '@mantine/core'
import { Check, Copy, RotateCcw } from 'lucide-react'
import { useState } from 'react'
import type { Job } from '../../../../contract/jobs.ts'
import { hrefOf } from '../../app/router.ts'
import { useSite } from '../../app/site-context.ts'
import { AsOf } from '../../ui/as-of.tsx'
import { DetailTitle } from '../../ui/detail-title.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useFormat } from '../../ui/format.ts'
import { StateBadge } from '../../ui/state-badge.tsx'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { fits } from './actions.ts'
import { JobFacts } from './facts.tsx'
import { JobMenu, type JobDialog } from './job-menu.tsx'
import { JobDialogs } from './job-dialogs.tsx'
import { secondsLeft } from './ending.ts'
import { listMessages } from './list-messages.ts'
import { jobsMessages } from './messages.ts'
import { TimeLine } from './time-line.tsx'
import type { Changes } from './use-changes.tsx'
import { useCopy } from './use-copy.ts'
import { useNow } from '../../ui/use-now.ts'
import styles from './job.module.css'

/** The story of a job in one glance: what it is, how it stands, how it came there, how long it may go on; and what can be done. */
export function JobHead(props: {
  job: Job
  asOf: string | undefined
  changes: Changes
  beside: boolean
  back: string
}) {
  const { job, asOf, changes, beside, back } = props
  const say = useMessages(jobsMessages)
  const sayList = useMessages(listMessages)
  const language = useLanguage()
  const site = useSite()
  const { copied, copy } = useCopy()
  const [dialog, setDialog] = useState<JobDialog>()
  const copyLabel = copied ? say('job.copied') : say('job.copyId', { id: job.id })
  const template = job.templateName === undefined ? say('custom') : textIn(job.templateName, language)
  const from = job.element?.array ?? job.id
  return (
    <header className={styles.head}>
      <DetailTitle
        text={job.name}
        title={
          <>
            {job.name}
            {job.element === undefined ? null : <span className={styles.index}> [{job.element.index}]</span>}
          </>
        }
        marks={
          <>
            <StateBadge state={job.state} {...(job.held === true ? { word: sayList('row.held') } : {})} />
            <AsOf asOf={asOf} />
          </>
        }
        leaving={{ href: back, label: say(beside ? 'job.close' : 'job.back'), beside }}
      >
        <Button
          component="a"
          variant="default"
          leftSection={<RotateCcw size={13} aria-hidden />}
          href={hrefOf({
            page: 'new-job',
            from,
            ...(job.templateId === undefined ? {} : { template: job.templateId }),
          })}
        >
          {say('job.again')}
        </Button>
        {fits('cancel', job) ? (
          <Button
            variant="default"
            className={styles.danger ?? ''}
            onClick={() => changes.start({ action: 'cancel' }, [job])}
          >
            {changes.label(say('cancel.do'))}
          </Button>
        ) : null}
        <JobMenu
          site={site.id}
          job={job}
          label={changes.label}
          onChange={(action) => changes.start({ action }, [job])}
          onDialog={setDialog}
        />
      </DetailTitle>
      <div className={styles.subtitle}>
        <span className="mono">{job.id}</span>
        <ActionIcon size={20} aria-label={copyLabel} title={copyLabel} onClick={() => copy(job.id)}>
          {copied ? <Check size={12} aria-hidden /> : <Copy size={12} aria-hidden />}
        </ActionIcon>
        <span>{template}</span>
        {job.nodes === undefined ? null : <span className="mono">{job.nodes}</span>}
        {job.user === site.user?.username ? null : <span>{say('job.of', { user: job.user })}</span>}
      </div>
      {changes.note}
      <TimeLine job={job} />
      <TimeLow job={job} onChange={() => setDialog('time-limit')} />
      <JobFacts job={job} />
      {dialog === undefined ? null : (
        <JobDialogs
          site={site.id}
          dialog={dialog}
          job={job}
          label={changes.label}
          onChange={(change) => changes.start(change, [job])}
          onClose={() => setDialog(undefined)}
        />
      )}
      {changes.dialog}
    </header>
  )
}

/** A warning before the time limit ends the job. */
function TimeLow({ job, onChange }: { job: Job; onChange: () => void }) {
  const say = useMessages(jobsMessages)
  const format = useFormat()
  const now = useNow(job.startedAt !== undefined && job.endedAt === undefined)
  const left = secondsLeft(job, now)
  if (left === undefined) return null
  return (
    <div className={styles.near}>
      <ErrorNote tone="wait" title={say('near.title', { left: format.duration(left) })} text={say('near.next')}>
        <Button variant="default" onClick={onChange}>
          {say('actions.time-limit')}
        </Button>
      </ErrorNote>
    </div>
  )
}
