import { Button } from '@mantine/core'
import { useId, useState } from 'react'
import type { OutboxEntry, OutboxWhen } from '../../../../contract/outbox.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { useFormat } from '../../ui/format.ts'
import { uiMessages } from '../../ui/messages.ts'
import { useMessages } from '../../ui/text.ts'
import { useClock } from '../../ui/use-now.ts'
import { outboxMessages } from './messages.ts'
import { outboxStore } from './store.ts'
import type { OutboxActions } from './use-actions.tsx'
import { checkWhen, rawWhen } from './when.ts'
import { WhenFields } from './when-fields.tsx'
import styles from './outbox.module.css'

/** The conditions in words, each a line; none where nothing is asked for. */
function useWhenWords(): (when: OutboxWhen) => string[] {
  const say = useMessages(outboxMessages)
  const format = useFormat()
  return ({ notBefore, network, startWithinMinutes }) => [
    ...(notBefore === undefined ? [] : [say('when.isNotBefore', { time: format.time(notBefore) })]),
    ...(network === undefined ? [] : [say('when.isNetwork', { network })]),
    ...(startWithinMinutes === undefined
      ? []
      : [say('when.isStartWithin', { time: format.duration(startWithinMinutes * 60) })]),
  ]
}

/** When an entry may go out, and the dialog that changes it. */
export function Conditions({ entry, actions }: { entry: OutboxEntry; actions: OutboxActions }) {
  const say = useMessages(outboxMessages)
  const heading = useId()
  const wordsOf = useWhenWords()
  const [editing, setEditing] = useState(false)
  const words = wordsOf(entry.when)
  if (words.length === 0 && !entry.can.edit) return null
  return (
    <section className={styles.section} aria-labelledby={heading}>
      <h2 id={heading}>{say('when.title')}</h2>
      <div className={styles.conditions}>
        <span>{words.length === 0 ? say('when.none') : words.join(' · ')}</span>
        {entry.can.edit ? (
          <Button variant="default" size="compact-xs" onClick={() => setEditing(true)}>
            {say('when.change')}
          </Button>
        ) : null}
      </div>
      {editing ? <WhenDialog entry={entry} actions={actions} onClose={() => setEditing(false)} /> : null}
    </section>
  )
}

function WhenDialog(props: { entry: OutboxEntry; actions: OutboxActions; onClose: () => void }) {
  const { entry, actions, onClose } = props
  const say = useMessages(outboxMessages)
  const sayUi = useMessages(uiMessages)
  const edit = outboxStore.use((state) => state.edit)
  const [raw, setRaw] = useState(() => rawWhen(entry.when))
  const { when, problems } = checkWhen(raw, useClock(true))
  return (
    <Dialog title={say('when.title')} onClose={onClose} width={520}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (problems.size > 0) return
          actions.run(() => edit({ id: entry.id, when }))
          onClose()
        }}
      >
        <WhenFields raw={raw} problems={problems} isJob={entry.action.kind === 'submit'} onChange={setRaw} />
        <div className={styles.dialogActions}>
          <Button variant="default" onClick={onClose}>
            {sayUi('cancel')}
          </Button>
          <Button type="submit" disabled={problems.size > 0}>
            {say('when.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
