import type { Job } from '../../../../contract/jobs.ts'
import { useFormat } from '../../ui/format.ts'
import { useMessages } from '../../ui/text.ts'
import { cleanLine } from '../logs/log-lines.ts'
import { jobsMessages } from './messages.ts'
import { Section } from './section.tsx'
import { failureCause, pendingCause } from './story.ts'
import styles from './job.module.css'

/** Why a job waits, in words, with the scheduler's own word beside it. */
export function PendingReason({ job }: { job: Job }) {
  const say = useMessages(jobsMessages)
  return (
    <Section title={say('pending.title')}>
      <p className={styles.said}>{say(`pending.${pendingCause(job.reason)}`)}</p>
      {job.reason === undefined || job.reason === '' ? null : (
        <p className={styles.faint}>{say('pending.word', { reason: job.reason })}</p>
      )}
    </Section>
  )
}

/** Lines of the log shown with the reason. */
const lastLines = 12

/** How a job failed, in words, what to try, and the last it said. */
export function FailureReason({ job, logTail }: { job: Job; logTail: readonly string[] | undefined }) {
  const say = useMessages(jobsMessages)
  const format = useFormat()
  const cause = failureCause(job, logTail ?? [])
  const tail = (logTail ?? []).map(cleanLine).filter((line) => line.trim() !== '')
  const code = job.exitCode
  const text =
    cause === 'timeout'
      ? say('failed.timeout', { limit: format.duration(job.resources.timeMinutes * 60) })
      : cause === 'exit-code'
        ? say('failed.exit-code', { code: code ?? '?' })
        : say(`failed.${cause}`)
  const words = [
    ...(code === undefined || cause === 'exit-code' ? [] : [say('failed.detail', { code })]),
    ...(job.reason === undefined || job.reason === '' ? [] : [say('failed.word', { reason: job.reason })]),
  ]
  return (
    <Section title={say('failed.title')}>
      <div className={styles.failure}>
        <p className={styles.said}>{text}</p>
        <p>{say(`failed.${cause}.try`)}</p>
        {words.length === 0 ? null : <p className={styles.faint}>{words.join(' · ')}</p>}
      </div>
      {tail.length === 0 ? null : (
        <>
          <h3 className={styles.small}>{say('failed.lastLines')}</h3>
          <pre className={styles.tail} tabIndex={0} aria-label={say('failed.lastLines')}>
            {tail.slice(-lastLines).join('\n')}
          </pre>
        </>
      )}
    </Section>
  )
}
