import type { ReactNode } from 'react'
import type { Job } from '../../../../contract/jobs.ts'
import { useFormat } from '../../ui/format.ts'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { states } from '../../ui/states.ts'
import { uiMessages } from '../../ui/messages.ts'
import { useMessages } from '../../ui/text.ts'
import { Time } from '../../ui/time.tsx'
import { jobsMessages } from './messages.ts'
import { limitTone } from './runtime.tsx'
import { hasEnded, limitMinutes, limitUsed, ranSeconds, waitedSeconds } from './story.ts'
import { useNow } from '../../ui/use-now.ts'
import styles from './job.module.css'

type Phase = 'past' | 'now' | 'future'

function Step(props: { phase: Phase; tone?: string; label: string; children: ReactNode }) {
  return (
    <li className={styles.step} data-phase={props.phase} data-tone={props.tone}>
      <span className={styles.stepLabel}>{props.label}</span>
      <span className={styles.stepValue}>{props.children}</span>
    </li>
  )
}

/** The course of a job: submitted, waited, ran, ended, with the time each took; and its limit. */
export function TimeLine({ job }: { job: Job }) {
  const say = useMessages(jobsMessages)
  const sayState = useMessages(uiMessages)
  const format = useFormat()
  const ended = hasEnded(job.state)
  const now = useNow(!ended)
  const ran = ranSeconds(job, now)
  const used = limitUsed(job, now)
  const limit = format.duration(limitMinutes(job) * 60)
  const started = job.startedAt !== undefined
  return (
    <>
      <ol className={styles.line} aria-label={say('line.label')}>
        <Step phase="past" label={say('line.submitted')}>
          <Time at={job.submittedAt} />
        </Step>
        <Step
          phase={started || ended ? 'past' : 'now'}
          tone={states.pending.tone}
          label={say(started || ended ? 'line.waited' : 'line.waiting')}
        >
          {format.duration(waitedSeconds(job, now))}
        </Step>
        <Step
          phase={ended ? (started ? 'past' : 'future') : started ? 'now' : 'future'}
          tone={states.running.tone}
          label={say(started ? (ended ? 'line.ran' : 'line.running') : 'line.notStarted')}
        >
          {ran === undefined ? (ended ? '–' : say('line.atMost', { limit })) : format.duration(ran)}
        </Step>
        <Step
          phase={ended ? 'now' : 'future'}
          tone={states[job.state].tone}
          label={ended ? sayState(`state.${job.state}`) : say('line.end')}
        >
          {job.endedAt === undefined ? '–' : <Time at={job.endedAt} />}
        </Step>
      </ol>
      {used === undefined || ran === undefined ? null : (
        <div className={styles.limit}>
          <ProgressBar
            value={used}
            label={say('runtime.used')}
            tone={limitTone(job, used)}
            text={say('runtime.of', { ran: format.duration(ran), limit })}
          />
          <span>{say('runtime.of', { ran: format.duration(ran), limit })}</span>
        </div>
      )}
    </>
  )
}
