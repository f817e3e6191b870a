import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { Job } from '../../../../contract/jobs.ts'
import type { OutboxEntry, OutboxMoment } from '../../../../contract/outbox.ts'

/** One line of a story: a moment of the entry's, or one of the job that came of it. */
export type StoryLine =
  | { at: string; what: OutboxMoment['what']; wait?: OutboxMoment['wait']; error?: AppErrorValue }
  | { at: string; what: 'job.started' }
  | { at: string; what: 'job.ended'; state: Job['state'] }

const sameAs = (a: OutboxMoment, b: OutboxMoment | undefined): boolean =>
  b !== undefined && a.what === b.what && a.wait === b.wait && a.error === undefined && b.error === undefined

/** What happened to an entry and then to its job, line by line; what is said twice running is said once, as it began. */
export function storyOf(entry: Pick<OutboxEntry, 'story'>, job: Job | undefined): StoryLine[] {
  const moments: StoryLine[] = entry.story.filter((moment, index) => !sameAs(moment, entry.story[index - 1]))
  return [
    ...moments,
    ...(job?.startedAt === undefined ? [] : [{ at: job.startedAt, what: 'job.started' as const }]),
    ...(job?.endedAt === undefined ? [] : [{ at: job.endedAt, what: 'job.ended' as const, state: job.state }]),
  ]
}
