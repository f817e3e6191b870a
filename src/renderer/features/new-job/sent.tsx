import { Button } from '@mantine/core'
import { useEffect } from 'react'
import type { OutboxEntry } from '../../../../contract/outbox.ts'
import type { Upload } from '../../../../contract/uploads.ts'
import { AppError } from '../../app/app-error.tsx'
import { hrefOf, navigate } from '../../app/router.ts'
import { StateBadge } from '../../ui/state-badge.tsx'
import { useMessages } from '../../ui/text.ts'
import { outboxStore, useOutbox } from '../outbox/store.ts'
import { TimeLine } from '../outbox/time-line.tsx'
import { useWhy } from '../outbox/words.ts'
import { progressOf } from '../uploads/progress.ts'
import { newJobMessages } from './messages.ts'
import { UploadProgress } from './upload-progress.tsx'
import styles from './summary.module.css'

/** After the click: where the submission stands and what happened to it, until it is a job and its page opens. */
export function Sent(props: { id: string; uploads: readonly Upload[]; onReopen: () => void }) {
  const { id, uploads, onReopen } = props
  const say = useMessages(newJobMessages)
  const entries = useOutbox()
  const change = outboxStore.use((state) => state.change)
  const entry = entries?.get(id)
  const { jobId, runId } = entry?.result ?? {}
  useEffect(() => {
    if (jobId !== undefined) navigate({ page: 'jobs', id: jobId }, { replace: true })
    if (runId !== undefined) navigate({ page: 'workflows', id: runId }, { replace: true })
  }, [jobId, runId])

  if (entries === undefined) return <p className={styles.toSettle}>{say('sent.sending')}</p>
  if (entry === undefined || entry.state === 'failed')
    return (
      <div className={styles.sent}>
        {entry?.error === undefined ? (
          <p>{say('sent.cancelled')}</p>
        ) : (
          <AppError error={entry.error} site={entry.site} />
        )}
        <Button
          onClick={() => {
            // The form takes its place: what comes of it is another entry.
            if (entry !== undefined) change('remove', [id]).catch(() => undefined)
            onReopen()
          }}
        >
          {say('sent.back')}
        </Button>
      </div>
    )
  return (
    <div className={styles.sent}>
      <Standing entry={entry} uploads={uploads} />
      <div className={styles.sentActions}>
        <Button
          variant={entry.state === 'needs-you' ? 'filled' : 'default'}
          component="a"
          href={hrefOf({ page: 'outbox', id })}
        >
          {say(entry.state === 'needs-you' ? 'sent.answer' : 'sent.show')}
        </Button>
        {entry.wait === 'files' ? (
          <Button variant="default" component="a" href={hrefOf({ page: 'uploads' })}>
            {say('sent.uploads')}
          </Button>
        ) : null}
        {entry.wait === 'sign-in' ? (
          <Button variant="default" component="a" href={hrefOf({ page: 'sites', id: entry.site })}>
            {say('check.signIn')}
          </Button>
        ) : null}
        {entry.can.remove && entry.state !== 'done' ? (
          <Button variant="subtle" color="gray" onClick={() => void change('remove', [id]).catch(() => undefined)}>
            {say('sent.cancel')}
          </Button>
        ) : null}
      </div>
      <TimeLine entry={entry} />
    </div>
  )
}

/** How the entry stands and why. */
function Standing({ entry, uploads }: { entry: OutboxEntry; uploads: readonly Upload[] }) {
  const say = useMessages(newJobMessages)
  const why = useWhy()
  const { state } = entry
  return (
    <>
      <div role="status">
        <p className={styles.toSettle}>
          {say(state === 'sending' ? 'sent.sending' : state === 'needs-you' ? 'sent.needsYou' : 'sent.kept')}
        </p>
        <p className={styles.standing}>
          <StateBadge state={state} />
          <span>{why(entry, uploads.length === 0 ? undefined : progressOf(uploads))}</span>
        </p>
      </div>
      {entry.wait === 'files' ? <UploadProgress uploads={uploads} /> : null}
      {state === 'waiting' || state === 'sending' ? <p className={styles.faint}>{say('sent.text')}</p> : null}
    </>
  )
}
