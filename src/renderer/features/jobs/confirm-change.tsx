import { Button } from '@mantine/core'
import { useState } from 'react'
import type { Job } from '../../../../contract/jobs.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { useMessages } from '../../ui/text.ts'
import { jobsMessages } from './messages.ts'
import styles from './jobs.module.css'

/** Jobs named in the question; the others are counted. */
const named = 8

/** Asks before jobs are stopped for good or started over, by their names. `onConfirm` does it; the dialog closes by itself. */
export function ConfirmChange(props: {
  action: 'cancel' | 'requeue'
  jobs: readonly Job[]
  /** What its button says: with “when connected” while the site is away. */
  label: (action: string) => string
  onConfirm: () => Promise<void>
  onClose: () => void
}) {
  const { action, jobs, label, onConfirm, onClose } = props
  const say = useMessages(jobsMessages)
  const [busy, setBusy] = useState(false)
  const one = jobs.length === 1 ? jobs[0] : undefined
  const count = jobs.length
  const go = async () => {
    setBusy(true)
    await onConfirm()
    onClose()
  }
  return (
    <Dialog
      onClose={onClose}
      title={one === undefined ? say(`${action}.title`, { count }) : say(`${action}.titleOf`, { name: one.name })}
    >
      {one !== undefined ? null : (
        <ul className={styles.named}>
          {jobs.slice(0, named).map((job) => (
            <li key={job.id}>
              {job.name} <code>{job.id}</code>
            </li>
          ))}
          {count > named ? <li className={styles.faint}>{say('cancel.more', { count: count - named })}</li> : null}
        </ul>
      )}
      <p className={styles.question}>{say(`${action}.text`)}</p>
      <div className={styles.dialogActions}>
        <Button variant="default" onClick={onClose} data-autofocus>
          {say('cancel.keep')}
        </Button>
        <Button color="red" loading={busy} onClick={() => void go()}>
          {label(one === undefined ? say(`${action}.confirm`, { count }) : say(`${action}.confirmOf`, { id: one.id }))}
        </Button>
      </div>
    </Dialog>
  )
}
