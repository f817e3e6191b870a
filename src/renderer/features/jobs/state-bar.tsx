import type { ArraySummary, JobState } from '../../../../contract/jobs.ts'
import { useFormat } from '../../ui/format.ts'
import { states } from '../../ui/states.ts'
import { uiMessages } from '../../ui/messages.ts'
import { useMessages } from '../../ui/text.ts'
import { jobStates } from './filter.ts'
import { listMessages } from './list-messages.ts'
import styles from './jobs.module.css'

/** In the bar what is done stands left, what is still to come right. */
const order: readonly JobState[] = [
  'completed',
  'failed',
  'timeout',
  'out_of_memory',
  'node_fail',
  'lost',
  'cancelled',
  'completing',
  'running',
  'pending',
]

/** Elements by state, in words: `Completed 12, Running 3`. */
export function useStateWords() {
  const say = useMessages(listMessages)
  const sayState = useMessages(uiMessages)
  const format = useFormat()
  return (counts: ArraySummary['states']): string =>
    jobStates
      .flatMap((state) => {
        const count = counts[state] ?? 0
        return count === 0
          ? []
          : [say('states.count', { state: sayState(`state.${state}`), number: format.number(count) })]
      })
      .join(', ')
}

/** The states of an array's elements as one bar. */
export function StateBar({ states: counts, total }: Pick<ArraySummary, 'states' | 'total'>) {
  const say = useMessages(listMessages)
  const words = useStateWords()
  const text = say('states.bar', { counts: words(counts) })
  return (
    <span className={styles.stateBar} role="img" aria-label={text} title={text}>
      {order.map((state) => {
        const count = counts[state] ?? 0
        if (count === 0) return null
        return (
          <span
            key={state}
            data-tone={states[state].tone}
            data-state={state}
            style={{ width: `${(count / total) * 100}%` }}
          />
        )
      })}
    </span>
  )
}
