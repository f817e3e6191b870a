import { Button } from '@mantine/core'
import { useState } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { WorkflowRun, WorkflowRunStep } from '../../../../contract/workflows.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { workflowsMessages } from './messages.ts'
import { withAllAfter } from './run.ts'
import { workflowsStore } from './store.ts'
import styles from './workflows.module.css'

function Question(props: {
  site: string
  title: string
  text: string
  keep: string
  confirm: string
  red?: boolean
  act: () => Promise<void>
  onClose: () => void
}) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<AppErrorValue>()
  const go = async () => {
    setBusy(true)
    setError(undefined)
    try {
      await props.act()
      props.onClose()
    } catch (problem) {
      setError(errorValue(problem))
      setBusy(false)
    }
  }
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <p className={styles.question}>{props.text}</p>
      {error === undefined ? null : <AppError error={error} site={props.site} />}
      <div className={styles.dialogActions}>
        <Button variant="default" onClick={props.onClose} data-autofocus>
          {props.keep}
        </Button>
        <Button {...(props.red === true ? { color: 'red' } : {})} loading={busy} onClick={() => void go()}>
          {props.confirm}
        </Button>
      </div>
    </Dialog>
  )
}

/** Asks before a whole run is cancelled. */
export function CancelRun({ site, run, onClose }: { site: string; run: WorkflowRun; onClose: () => void }) {
  const say = useMessages(workflowsMessages)
  const cancel = workflowsStore.use((state) => state.cancel)
  return (
    <Question
      site={site}
      title={say('cancel.title', { name: run.name })}
      text={say('cancel.text')}
      keep={say('cancel.keep')}
      confirm={say('cancel.confirm')}
      red
      act={() => cancel(site, run.id)}
      onClose={onClose}
    />
  )
}

/** Names the steps that would run anew. */
export function RestartFrom(props: { site: string; run: WorkflowRun; step: WorkflowRunStep; onClose: () => void }) {
  const { site, run, step, onClose } = props
  const say = useMessages(workflowsMessages)
  const language = useLanguage()
  const restart = workflowsStore.use((state) => state.restart)
  const steps = withAllAfter(run, step.key).map(({ name }) => textIn(name, language))
  return (
    <Question
      site={site}
      title={say('restart.title', { name: textIn(step.name, language) })}
      text={say('restart.text', { steps: steps.join(', ') })}
      keep={say('restart.keep')}
      confirm={say('restart.do')}
      act={() => restart(site, run.id, step.key)}
      onClose={onClose}
    />
  )
}
