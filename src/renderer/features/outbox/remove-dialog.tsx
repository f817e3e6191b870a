import { Button } from '@mantine/core'
import { useState } from 'react'
import type { OutboxEntry } from '../../../../contract/outbox.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { useMessages } from '../../ui/text.ts'
import { outboxMessages } from './messages.ts'
import styles from './outbox.module.css'

/** Entries named in the question; the others are counted in its title. */
const named = 8

/** Asks before several entries are deleted, or one that others wait for. `onConfirm` does it; the dialog closes by itself. */
export function RemoveDialog(props: {
  entries: readonly OutboxEntry[]
  /** Those that wait for one of them. */
  waiting: readonly OutboxEntry[]
  onConfirm: () => Promise<void>
  onClose: () => void
}) {
  const { entries, waiting, onConfirm, onClose } = props
  const say = useMessages(outboxMessages)
  const [busy, setBusy] = useState(false)
  const go = async () => {
    setBusy(true)
    await onConfirm()
    onClose()
  }
  return (
    <Dialog
      title={
        entries.length === 1
          ? say('remove.title', { title: entries[0]?.title ?? '' })
          : say('remove.titleMany', { count: entries.length })
      }
      onClose={onClose}
    >
      {entries.length === 1 ? null : (
        <ul className={styles.named}>
          {entries.slice(0, named).map(({ id, title }) => (
            <li key={id}>{title}</li>
          ))}
        </ul>
      )}
      <p className={styles.question}>
        {say('remove.text', { count: entries.length })}{' '}
        {waiting.length === 0
          ? null
          : say('remove.waiting', { count: waiting.length, names: waiting.map(({ title }) => title).join(', ') })}
      </p>
      <div className={styles.dialogActions}>
        <Button variant="default" onClick={onClose} data-autofocus>
          {say('remove.keep')}
        </Button>
        <Button color="red" loading={busy} onClick={() => void go()}>
          {say('remove')}
        </Button>
      </div>
    </Dialog>
  )
}
