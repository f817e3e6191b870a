import { Button } from '@mantine/core'
import type { ArraySummary, Job } from '../../../../contract/jobs.ts'
import { formatLimit, useFormat } from '../../ui/format.ts'
import { useLanguage, useMessages } from '../../ui/text.ts'
import { fits } from './actions.ts'
import { endMessages } from './end-messages.ts'
import { failureCause, nextLimitMinutes, nextMemoryMb, signalOf } from './ending.ts'
import { jobStates } from './filter.ts'
import { jobsMessages } from './messages.ts'
import { pendingMessages } from './pending-messages.ts'
import { pendingCause, type PendingCause } from './pending.ts'
import { plainLine } from './plain-line.ts'
import { Section } from './section.tsx'
import { hasFailed, limitMinutes } from './story.ts'
import styles from './job.module.css'

/** What ends by itself, at a time that a scheduler can guess. */
const inTurn: ReadonlySet<PendingCause> = new Set(['resources', 'priority', 'licenses', 'user-limit', 'account-limit'])

/** Why a job waits, what could help, when it is expected to start, with the scheduler's own word beside it. */
export function PendingReason({ job, onRelease }: { job: Job; onRelease: () => void }) {
  const say = useMessages(pendingMessages)
  const sayJobs = useMessages(jobsMessages)
  const format = useFormat()
  const { reason = '', held, expectedStart } = job
  const told = pendingCause(reason)
  const cause = held === true && !told.startsWith('held') && told !== 'launch-failed' ? 'held-user' : told
  const canRelease = fits('release', job) && (cause === 'held-user' || cause === 'launch-failed')
  return (
    <Section title={say('title')}>
      <div className={styles.waiting}>
        <p className={styles.said}>{say(cause)}</p>
        <p>{say(`${cause}.try`)}</p>
        <p>
          {expectedStart !== undefined
            ? say('expected', { when: format.time(expectedStart) })
            : inTurn.has(cause)
              ? say('noEstimate')
              : null}
        </p>
        {reason === '' ? null : <p className={styles.faint}>{say('word', { reason })}</p>}
        {canRelease ? (
          <Button variant="default" mt={8} onClick={onRelease}>
            {sayJobs('actions.release')}
          </Button>
        ) : null}
      </div>
    </Section>
  )
}

/** Lines of the log shown with the reason. */
const lastLines = 20

/** How many elements of an array did not end as wished. */
const failedElements = ({ states }: ArraySummary): number =>
  jobStates.reduce((sum, state) => sum + (hasFailed(state) ? (states[state] ?? 0) : 0), 0)

/** A reason that says no more than the code, the signal or the limit, which are said in words. */
const repeatsItself = /^(exit code \d+|signal \d+( \(\w+\))?|time limit of .* reached)$/i

/** What happened, and what to try: with the figures the job had, and those it might need. */
function useEnding(job: Job, logTail: readonly string[]): { text: string; next: string; words: string[] } {
  const say = useMessages(endMessages)
  const format = useFormat()
  const language = useLanguage()
  const cause = failureCause(job, logTail)
  const { exitCode: code, reason = '', resources } = job
  const signal = signalOf(job)
  const words = [
    ...(code === undefined || cause === 'exit-code' || cause === 'usage' ? [] : [say('detail', { code })]),
    ...(signal === undefined ? [] : [say('signal', signal)]),
    ...(reason === '' || repeatsItself.test(reason) ? [] : [say('word', { reason })]),
  ]
  if (job.array !== undefined)
    return {
      text: say('array', { failed: failedElements(job.array), total: job.array.total }),
      next: say('array.try'),
      words: [],
    }
  const memory = (mb: number) => formatLimit(mb * 1024 * 1024, language)
  const more = nextMemoryMb(job)
  if (cause === 'timeout')
    return {
      text: say('timeout', { limit: format.duration(limitMinutes(job) * 60) }),
      next: say('timeout.try', { time: format.duration(nextLimitMinutes(job) * 60) }),
      words,
    }
  if (cause === 'out-of-memory' && more !== undefined && resources.memoryMb !== undefined)
    return {
      text: say('out-of-memory.given', { memory: memory(resources.memoryMb) }),
      next: say('out-of-memory.next', { memory: memory(more) }),
      words,
    }
  const text = cause === 'exit-code' ? say('exit-code', { code: code ?? '?' }) : say(cause)
  return { text, next: say(`${cause}.try`), words }
}

/** How a job failed, in words, what to try, and the last it said. */
export function FailureReason({ job, logTail = [] }: { job: Job; logTail: readonly string[] | undefined }) {
  const say = useMessages(endMessages)
  const { text, next, words } = useEnding(job, logTail)
  const tail = logTail.map(plainLine).filter((line) => line.trim() !== '')
  return (
    <Section title={say('title')}>
      <div className={styles.failure}>
        <p className={styles.said}>{text}</p>
        <p>{next}</p>
        {words.length === 0 ? null : <p className={styles.faint}>{words.join(' · ')}</p>}
      </div>
      {tail.length === 0 ? null : (
        <>
          <h3 className={styles.small}>{say('lastLines')}</h3>
          <pre className={styles.tail} tabIndex={0} aria-label={say('lastLines')}>
            {tail.slice(-lastLines).join('\n')}
          </pre>
        </>
      )}
    </Section>
  )
}
