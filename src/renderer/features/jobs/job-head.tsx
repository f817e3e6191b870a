import { ActionIcon, Button } from '@mantine/core'
import { ArrowLeft, Check, Copy, RotateCcw, X } from 'lucide-react'
import { useState } from 'react'
import type { Job } from '../../../../contract/jobs.ts'
import { hrefOf } from '../../app/router.ts'
import { useSite } from '../../app/site-context.ts'
import { StateBadge } from '../../ui/state-badge.tsx'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { CancelDialog } from './cancel-dialog.tsx'
import { jobsMessages } from './messages.ts'
import { hasEnded } from './story.ts'
import { TimeLine } from './time-line.tsx'
import { useCopy } from './use-copy.ts'
import styles from './job.module.css'

/** The story of a job in one glance: what it is, how it stands, how it came there, how long it may go on. */
export function JobHead({ job, beside }: { job: Job; beside: boolean }) {
  const say = useMessages(jobsMessages)
  const language = useLanguage()
  const site = useSite()
  const { copied, copy } = useCopy()
  const [cancelling, setCancelling] = useState(false)
  const Leave = beside ? X : ArrowLeft
  const leaveLabel = say(beside ? 'job.close' : 'job.back')
  const copyLabel = copied ? say('job.copied') : say('job.copyId', { id: job.id })
  const template = job.templateName === undefined ? say('custom') : textIn(job.templateName, language)
  const leave = (
    <ActionIcon component="a" href={hrefOf({ page: 'jobs' })} aria-label={leaveLabel} title={leaveLabel}>
      <Leave size={16} aria-hidden />
    </ActionIcon>
  )
  return (
    <header className={styles.head}>
      <div className={styles.titleRow}>
        {beside ? null : leave}
        <h1 className={styles.title} title={job.name}>
          {job.name}
        </h1>
        <StateBadge state={job.state} />
        <span className={styles.grow} />
        <Button
          component="a"
          variant="default"
          leftSection={<RotateCcw size={13} aria-hidden />}
          href={hrefOf({
            page: 'new-job',
            from: job.id,
            ...(job.templateId === undefined ? {} : { template: job.templateId }),
          })}
        >
          {say('job.again')}
        </Button>
        {hasEnded(job.state) ? null : (
          <Button variant="default" className={styles.danger ?? ''} onClick={() => setCancelling(true)}>
            {say('cancel.do')}
          </Button>
        )}
        {beside ? leave : null}
      </div>
      <div className={styles.subtitle}>
        <span className="mono">{job.id}</span>
        <ActionIcon size={20} aria-label={copyLabel} title={copyLabel} onClick={() => copy(job.id)}>
          {copied ? <Check size={12} aria-hidden /> : <Copy size={12} aria-hidden />}
        </ActionIcon>
        <span>{template}</span>
        {job.nodes === undefined ? null : <span className="mono">{job.nodes}</span>}
        {job.user === site.user?.username ? null : <span>{say('job.of', { user: job.user })}</span>}
      </div>
      <TimeLine job={job} />
      {cancelling ? <CancelDialog site={site.id} jobs={[job]} onClose={() => setCancelling(false)} /> : null}
    </header>
  )
}
