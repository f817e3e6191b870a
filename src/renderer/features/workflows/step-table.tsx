import { ActionIcon, Anchor } from '@mantine/core'
import { RotateCcw } from 'lucide-react'
import type { WorkflowRun, WorkflowRunStep } from '../../../../contract/workflows.ts'
import { hrefOf } from '../../app/router.ts'
import { useFormat } from '../../ui/format.ts'
import { StateBadge } from '../../ui/state-badge.tsx'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { Time } from '../../ui/time.tsx'
import { workflowsMessages } from './messages.ts'
import { isLive, withAllAfter } from './run.ts'
import styles from './workflows.module.css'

/** The steps of a run in words and figures. */
export function StepTable({ run, onRestart }: { run: WorkflowRun; onRestart: (step: WorkflowRunStep) => void }) {
  const say = useMessages(workflowsMessages)
  const language = useLanguage()
  const format = useFormat()
  const names = new Map(run.steps.map((step) => [step.key, textIn(step.name, language)]))
  const ran = ({ startedAt, endedAt }: WorkflowRunStep): string =>
    startedAt === undefined || endedAt === undefined
      ? '–'
      : format.duration((Date.parse(endedAt) - Date.parse(startedAt)) / 1000)
  return (
    <div className={styles.tableScroller}>
      <table className={styles.steps}>
        <thead>
          <tr>
            <th scope="col">{say('column.name')}</th>
            <th scope="col">{say('column.state')}</th>
            <th scope="col">{say('step.job')}</th>
            <th scope="col">{say('step.template')}</th>
            <th scope="col">{say('step.started')}</th>
            <th scope="col">{say('step.ran')}</th>
            <th scope="col">{say('step.reason')}</th>
            <th scope="col" aria-label={say('step.actions')} />
          </tr>
        </thead>
        <tbody>
          {run.steps.map((step) => {
            const name = names.get(step.key) ?? step.key
            const mayRestart = step.state !== 'waiting' && !withAllAfter(run, step.key).some((s) => isLive(s.state))
            const label = say('step.restart', { name })
            return (
              <tr key={step.key}>
                <td>
                  {name}{' '}
                  {step.after.length === 0 ? null : (
                    <span className={styles.after}>
                      {say('step.after', { steps: step.after.map((key) => names.get(key) ?? key).join(', ') })}
                    </span>
                  )}
                </td>
                <td>
                  <StateBadge state={step.state} plain />
                </td>
                <td className="mono">
                  {step.jobId === undefined ? (
                    '–'
                  ) : (
                    <Anchor href={hrefOf({ page: 'jobs', id: step.jobId })}>{step.jobId}</Anchor>
                  )}
                </td>
                <td className="mono">{step.template}</td>
                <td>{step.startedAt === undefined ? '–' : <Time at={step.startedAt} />}</td>
                <td>{ran(step)}</td>
                <td>{step.state === 'blocked' ? say('blockedBy') : (step.reason ?? '–')}</td>
                <td>
                  {mayRestart ? (
                    <ActionIcon aria-label={label} title={label} onClick={() => onRestart(step)}>
                      <RotateCcw size={13} aria-hidden />
                    </ActionIcon>
                  ) : null}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
