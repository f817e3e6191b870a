import { useId } from 'react'
import type { Job } from '../../../../contract/jobs.ts'
import type { OutboxEntry } from '../../../../contract/outbox.ts'
import { useExplain } from '../../app/errors.ts'
import { states, type Tone } from '../../ui/states.ts'
import { uiMessages } from '../../ui/messages.ts'
import { useMessages } from '../../ui/text.ts'
import { Time } from '../../ui/time.tsx'
import { useSiteJobs } from '../jobs/store.ts'
import { storyOf, type StoryLine } from './story.ts'
import { storyMessages } from './story-messages.ts'
import styles from './outbox.module.css'

const toneOf = (line: StoryLine): Tone => {
  switch (line.what) {
    case 'job.ended':
      return states[line.state].tone
    case 'done':
      return 'good'
    case 'failed':
      return 'bad'
    case 'asked':
    case 'answer-lost':
      return 'wait'
    case 'sending':
    case 'job.started':
      return 'busy'
    default:
      return 'idle'
  }
}

function useLineText(entry: OutboxEntry): (line: StoryLine) => string {
  const say = useMessages(storyMessages)
  const sayState = useMessages(uiMessages)
  const explain = useExplain()
  return (line) => {
    if (line.what === 'job.ended') return say('job.ended', { state: sayState(`state.${line.state}`) })
    if (line.what === 'job.started') return say('job.started')
    if (line.what === 'waiting')
      return line.wait === undefined ? sayState('state.waiting') : say(`waiting.${line.wait}`)
    if (line.what === 'done' && entry.result?.jobId !== undefined) return say('done.job', { id: entry.result.jobId })
    if (line.what === 'done' && entry.result?.runId !== undefined) return say('done.run', { id: entry.result.runId })
    const words = say(line.what)
    return line.error === undefined ? words : `${words} – ${explain(line.error).title}`
  }
}

/** The story of an entry from the click to the end of its job, with clock times. */
export function TimeLine({ entry }: { entry: OutboxEntry }) {
  const jobId = entry.result?.jobId
  // A site's jobs are followed only where one of them belongs to the story.
  return jobId === undefined ? <Lines entry={entry} /> : <LinesWithJob entry={entry} jobId={jobId} />
}

function LinesWithJob({ entry, jobId }: { entry: OutboxEntry; jobId: string }) {
  const { jobs } = useSiteJobs(entry.site)
  return <Lines entry={entry} job={jobs?.get(jobId)} />
}

function Lines({ entry, job }: { entry: OutboxEntry; job?: Job | undefined }) {
  const say = useMessages(storyMessages)
  const heading = useId()
  const textOf = useLineText(entry)
  const lines = storyOf(entry, job)
  return (
    <section className={styles.section} aria-labelledby={heading}>
      <h2 id={heading}>{say('title')}</h2>
      <ol className={styles.story}>
        {lines.map((line, index) => (
          <li key={index} data-tone={toneOf(line)}>
            <Time at={line.at} />
            <span>{textOf(line)}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
