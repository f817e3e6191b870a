import { states, type AnyState } from './states.ts'
import { uiMessages } from './messages.ts'
import { useMessages } from './text.ts'
import styles from './state-badge.module.css'

/** The one way a state is shown: icon, colour and word. `plain` leaves the coloured ground away (in tables). */
export function StateBadge(props: {
  state: AnyState
  plain?: boolean
  title?: string
  /** Slurm's own word, where that is what people know. */
  word?: string
}) {
  const { state, plain = false, title, word } = props
  const say = useMessages(uiMessages)
  const { icon: Icon, tone } = states[state]
  return (
    <span className={styles.badge} data-tone={tone} data-plain={plain || undefined} data-state={state} title={title}>
      <Icon size={13} strokeWidth={2.2} aria-hidden />
      {word ?? say(`state.${state}`)}
    </span>
  )
}
