import type { Job } from '../../../../contract/jobs.ts'
import { useFormat } from '../../ui/format.ts'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import type { Tone } from '../../ui/states.ts'
import { useMessages } from '../../ui/text.ts'
import { jobsMessages } from './messages.ts'
import { hasEnded, limitMinutes, limitUsed, ranSeconds } from './story.ts'
import { useNow } from '../../ui/use-now.ts'
import styles from './jobs.module.css'

/** Near its limit a job is worth a look. */
const near = 0.9

export const limitTone = (job: Job, used: number): Tone =>
  job.state === 'timeout' ? 'bad' : hasEnded(job.state) ? 'idle' : used >= near ? 'wait' : 'busy'

/** Time used against the limit, in a row of the list. */
export function Runtime({ job }: { job: Job }) {
  const say = useMessages(jobsMessages)
  const format = useFormat()
  const now = useNow(job.startedAt !== undefined && !hasEnded(job.state))
  const ran = ranSeconds(job, now)
  const used = limitUsed(job, now)
  if (ran === undefined) return <span className={styles.faint}>–</span>
  if (used === undefined) return <span>{format.duration(ran)}</span>
  const limit = format.duration(limitMinutes(job) * 60)
  return (
    <div className={styles.runtime} title={say('runtime.of', { ran: format.duration(ran), limit })}>
      <span>{format.duration(ran)}</span>
      <ProgressBar value={used} label={say('runtime.used')} tone={limitTone(job, used)} />
    </div>
  )
}
