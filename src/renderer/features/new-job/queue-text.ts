import { readArrayRange } from '../../../../contract/array-range.ts'
import type { Say } from '../../ui/text.ts'
import type { newJobMessages } from './messages.ts'
import type { QueueProblem } from './queue.ts'

type SayNewJob = Say<typeof newJobMessages.entries>

/** A problem of a field in a sentence. */
export function queueProblemText(say: SayNewJob, problem: QueueProblem): string {
  return problem.kind === 'environment'
    ? say('queueProblem.environment', { line: problem.line })
    : say(`queueProblem.${problem.kind}`)
}

/** `16 tasks, at most 4 at a time` */
export function arrayText(say: SayNewJob, array: string): string | undefined {
  const range = readArrayRange(array.trim())
  if (range === undefined) return undefined
  const tasks = say('array.tasks', { count: range.total })
  return range.atOnce === undefined || range.atOnce >= range.total
    ? tasks
    : say('array.atOnce', { tasks, count: range.atOnce })
}
