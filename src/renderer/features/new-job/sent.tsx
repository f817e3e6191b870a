import { Button } from '@mantine/core'
import { useEffect } from 'react'
import type { Upload } from '../../../../contract/uploads.ts'
import { AppError } from '../../app/app-error.tsx'
import { hrefOf, navigate } from '../../app/router.ts'
import { useMessages } from '../../ui/text.ts'
import { tasksStore } from '../tasks/store.ts'
import { newJobMessages } from './messages.ts'
import { UploadProgress } from './summary.tsx'
import styles from './summary.module.css'

/** After the click: where the submission stands, until it is a job and its page opens. */
export function Sent(props: { taskId: string; site: string; uploads: readonly Upload[]; onReopen: () => void }) {
  const say = useMessages(newJobMessages)
  const task = tasksStore.use((state) => state.tasks.get(props.taskId))
  const act = tasksStore.use((state) => state.act)
  const { jobId, runId } = task?.result ?? {}
  useEffect(() => {
    if (jobId !== undefined) navigate({ page: 'jobs', id: jobId }, { replace: true })
    if (runId !== undefined) navigate({ page: 'workflows', id: runId }, { replace: true })
  }, [jobId, runId])

  if (task?.state === 'failed' || task?.state === 'cancelled') {
    return (
      <div className={styles.sent}>
        {task.error === undefined ? <p>{say('sent.cancelled')}</p> : <AppError error={task.error} site={props.site} />}
        <Button
          onClick={() => {
            void act('forget', props.taskId)
            props.onReopen()
          }}
        >
          {say('sent.back')}
        </Button>
      </div>
    )
  }
  const waits = task?.state === 'waiting' ? (task.wait ?? 'queue') : undefined
  return (
    <div className={styles.sent} role="status">
      <p className={styles.toSettle}>{waits === undefined ? say('sent.sending') : say(`sent.${waits}`)}</p>
      {waits === undefined ? null : (
        <>
          {waits === 'files' ? <UploadProgress uploads={props.uploads} /> : null}
          <p className={styles.faint}>{say('sent.text')}</p>
          <div className={styles.sentActions}>
            {waits === 'files' ? (
              <Button variant="default" component="a" href={hrefOf({ page: 'uploads' })}>
                {say('sent.uploads')}
              </Button>
            ) : null}
            {waits === 'sign-in' ? (
              <Button variant="default" component="a" href={hrefOf({ page: 'sites', id: props.site })}>
                {say('check.signIn')}
              </Button>
            ) : null}
            {task?.can.cancel === true ? (
              <Button variant="subtle" color="gray" onClick={() => void act('cancel', props.taskId)}>
                {say('sent.cancel')}
              </Button>
            ) : null}
          </div>
        </>
      )}
    </div>
  )
}
