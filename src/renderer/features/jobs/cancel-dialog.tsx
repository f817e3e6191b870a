import { Button } from '@mantine/core'
import { useState } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { Job } from '../../../../contract/jobs.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { useMessages } from '../../ui/text.ts'
import { jobsMessages } from './messages.ts'
import { jobsStore } from './store.ts'
import styles from './jobs.module.css'

/** Jobs named in the question; the others are counted. */
const named = 8

/** Asks before jobs are cancelled, by their names. */
export function CancelDialog(props: { site: string; jobs: readonly Job[]; onClose: () => void; onDone?: () => void }) {
  const { site, jobs, onClose, onDone } = props
  const services = useServices()
  const say = useMessages(jobsMessages)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<AppErrorValue>()
  const one = jobs.length === 1 ? jobs[0] : undefined
  const cancel = async () => {
    setBusy(true)
    setError(undefined)
    const { cancel: cancelOne } = jobsStore.of(services).getState()
    const results = await Promise.allSettled(jobs.map((job) => cancelOne(site, job.id)))
    const failed = results.find((result) => result.status === 'rejected')
    setBusy(false)
    if (failed !== undefined) return setError(errorValue(failed.reason))
    onDone?.()
    onClose()
  }
  const count = jobs.length
  return (
    <Dialog
      onClose={onClose}
      title={one === undefined ? say('cancel.title', { count }) : say('cancel.titleOf', { name: one.name })}
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
      <p className={styles.question}>{say('cancel.text')}</p>
      {error === undefined ? null : <AppError error={error} site={site} />}
      <div className={styles.dialogActions}>
        <Button variant="default" onClick={onClose} data-autofocus>
          {say('cancel.keep')}
        </Button>
        <Button color="red" loading={busy} onClick={() => void cancel()}>
          {one === undefined ? say('cancel.confirm', { count }) : say('cancel.confirmOf', { id: one.id })}
        </Button>
      </div>
    </Dialog>
  )
}
