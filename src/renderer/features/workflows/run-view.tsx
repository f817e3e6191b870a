import { ActionIcon, Anchor, Button } from '@mantine/core'
import { ArrowLeft, RotateCcw } from 'lucide-react'
import { useState } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { WorkflowRun, WorkflowRunStep } from '../../../../contract/workflows.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { hrefOf } from '../../app/router.ts'
import { useFormat } from '../../ui/format.ts'
import { PageHeader } from '../../ui/page-header.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { CancelRun, RestartFrom } from './dialogs.tsx'
import { Graph } from './graph.tsx'
import { workflowsMessages } from './messages.ts'
import { culprit, hasFailed, isLive } from './run.ts'
import { StepTable } from './step-table.tsx'
import { workflowsStore } from './store.ts'
import styles from './workflows.module.css'

/** How the run stands, in a sentence, with the way to what matters now. */
function Story({ run }: { run: WorkflowRun }) {
  const say = useMessages(workflowsMessages)
  const language = useLanguage()
  const named = (steps: readonly WorkflowRunStep[]) => steps.map(({ name }) => textIn(name, language)).join(', ')
  const failed = culprit(run)
  if (failed !== undefined && run.state !== 'cancelled') {
    return (
      <p className={`${styles.story} ${styles.problem}`} role="status">
        {say('story.failed', { step: textIn(failed.name, language) })}
        {failed.jobId === undefined ? null : (
          <Anchor href={hrefOf({ page: 'jobs', id: failed.jobId })}>{say('story.openJob')}</Anchor>
        )}
      </p>
    )
  }
  const running = run.steps.filter(({ state }) => state === 'running' || state === 'completing')
  const text =
    run.state === 'completed'
      ? say('story.completed')
      : run.state === 'cancelled'
        ? say('story.cancelled')
        : running.length > 0
          ? say('story.running', { steps: named(running) })
          : say('story.waiting', {
              steps: named(run.steps.filter(({ state }) => isLive(state) || state === 'waiting')),
            })
  return (
    <p className={styles.story} role="status">
      {text}
    </p>
  )
}

/** One run: its state, its graph, and its steps with what can be done about them. */
export function RunView({ site, run, asOf }: { site: string; run: WorkflowRun; asOf: string | undefined }) {
  const say = useMessages(workflowsMessages)
  const language = useLanguage()
  const format = useFormat()
  const restart = workflowsStore.use((state) => state.restart)
  const [asks, setAsks] = useState<'cancel' | WorkflowRunStep>()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<AppErrorValue>()
  const missing = run.steps.filter(({ state }) => hasFailed(state)).length
  const rerun = async () => {
    setBusy(true)
    setError(undefined)
    await restart(site, run.id).catch((problem: unknown) => setError(errorValue(problem)))
    setBusy(false)
  }
  return (
    <>
      <PageHeader
        title={run.name}
        asOf={asOf}
        note={
          <span className={styles.subtitle}>
            <StateBadge state={run.state} />
            <span>
              {say('subtitle', { template: textIn(run.templateName, language), version: run.templateVersion })}
            </span>
            <span title={format.absolute(run.submittedAt)}>
              {say('submitted', { time: format.time(run.submittedAt) })}
            </span>
          </span>
        }
        before={
          <ActionIcon component="a" href={hrefOf({ page: 'workflows' })} aria-label={say('back')} title={say('back')}>
            <ArrowLeft size={16} aria-hidden />
          </ActionIcon>
        }
      >
        {run.state !== 'running' && missing > 0 ? (
          <Button leftSection={<RotateCcw size={13} aria-hidden />} loading={busy} onClick={() => void rerun()}>
            {say('restart.failed', { count: missing })}
          </Button>
        ) : null}
        <Button variant="default" component="a" href={hrefOf({ page: 'new-job', template: run.templateId })}>
          {say('again')}
        </Button>
        {run.state === 'running' ? (
          <Button variant="default" onClick={() => setAsks('cancel')}>
            {say('cancel.do')}
          </Button>
        ) : null}
      </PageHeader>
      <div className={styles.page} data-state={run.state}>
        {error === undefined ? null : <AppError error={error} site={site} />}
        <Story run={run} />
        <Graph run={run} />
        <h2 className={styles.heading}>{say('steps')}</h2>
        <StepTable run={run} onRestart={setAsks} />
      </div>
      {asks === undefined ? null : asks === 'cancel' ? (
        <CancelRun site={site} run={run} onClose={() => setAsks(undefined)} />
      ) : (
        <RestartFrom site={site} run={run} step={asks} onClose={() => setAsks(undefined)} />
      )}
    </>
  )
}
