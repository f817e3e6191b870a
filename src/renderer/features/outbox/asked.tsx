import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import type { OutboxEntry } from '../../../../contract/outbox.ts'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useMessages } from '../../ui/text.ts'
import { outboxMessages } from './messages.ts'
import { editRoute } from './routes.ts'
import { outboxStore } from './store.ts'
import type { OutboxActions } from './use-actions.tsx'
import styles from './outbox.module.css'

/** The question, what belongs to it, and its answers. */
export function Asked(props: {
  entry: OutboxEntry
  actions: OutboxActions
  title: string
  text: string
  /** What the button says that sends it all the same. */
  accept?: string
  /** Answers before and after it. */
  more?: ReactNode
  children?: ReactNode
}) {
  const { entry, actions, accept } = props
  const say = useMessages(outboxMessages)
  const acceptIt = outboxStore.use((state) => state.accept)
  const edit = editRoute(entry)
  return (
    <div className={styles.asked}>
      <ErrorNote tone="wait" title={props.title} text={props.text} />
      {props.children}
      <div className={styles.answers}>
        {accept === undefined || !entry.can.accept ? null : (
          <Button onClick={() => actions.run(() => acceptIt(entry.id))}>{accept}</Button>
        )}
        {props.more}
        {edit === undefined ? null : (
          <Button variant="default" onClick={() => actions.go(entry, edit)}>
            {say('edit')}
          </Button>
        )}
        {entry.can.remove ? (
          <Button variant="subtle" color="red" onClick={() => actions.remove([entry])}>
            {say('remove')}
          </Button>
        ) : null}
      </div>
    </div>
  )
}
