import { Button } from '@mantine/core'
import type { SiteAnswer, SiteQuestion } from '../../../../contract/sites.ts'
import { useMessages } from '../../ui/text.ts'
import { questionMessages } from './question-messages.ts'
import styles from './questions.module.css'

/** What the part of a kind of question works with. */
export interface AskProps<K extends SiteQuestion['ask']['kind']> {
  ask: Extract<SiteQuestion['ask'], { kind: K }>
  /** The hop that asks, as it may be shown. */
  host: string
  busy: boolean
  /** Yes without anything typed is not taken before this: a key pressed for what was there before must not answer. */
  ready: boolean
  onAnswer: (answer: SiteAnswer) => void
  onRefuse: () => void
}

/** What every question offers: no, which Escape says too, and yes. */
export function Answers(props: {
  accept: string
  busy: boolean
  onRefuse: () => void
  danger?: boolean
  disabled?: boolean
  /** Where there is nothing to type, no is what Enter finds first: yes is to be meant. */
  refuseFirst?: boolean
  /** Absent: the form's own submission. */
  onAccept?: () => void
}) {
  const say = useMessages(questionMessages)
  return (
    <div className={styles.actions}>
      <Button variant="default" onClick={props.onRefuse} data-autofocus={props.refuseFirst || undefined}>
        {say('refuse')}
      </Button>
      <Button
        type={props.onAccept === undefined ? 'submit' : 'button'}
        onClick={props.onAccept}
        loading={props.busy}
        disabled={props.disabled === true}
        {...(props.danger === true ? { color: 'red' } : {})}
      >
        {props.accept}
      </Button>
    </div>
  )
}

export const accept: SiteAnswer = { kind: 'accept' }
