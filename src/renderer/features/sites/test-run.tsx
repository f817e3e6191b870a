import { Button } from '@mantine/core'
import { Check, ClipboardCopy, RotateCw } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Input } from '../../../../contract/app.ts'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { SiteTestStep } from '../../../../contract/sites.ts'
import { AppError } from '../../app/app-error.tsx'
import { useExplain } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'
import { plainLine } from '../../ui/plain-text.ts'
import { states } from '../../ui/states.ts'
import { useMessages } from '../../ui/text.ts'
import { useCopy } from '../jobs/use-copy.ts'
import { shownAddress } from './address.ts'
import { siteTestMessages } from './test-messages.ts'
import { isOver, stepLook, stepsAsText, stepTime } from './test-steps.ts'
import styles from './test-run.module.css'

/** Tries the way to a site and shows each step as it goes, with what helps beside the one that failed. */
export function TestRun({ target }: { target: Input<'sites', 'add'> }) {
  const say = useMessages(siteTestMessages)
  const explain = useExplain()
  const { client } = useServices()
  const [steps, setSteps] = useState<readonly SiteTestStep[]>([])
  const [error, setError] = useState<AppErrorValue>()
  const [round, setRound] = useState(0)
  const { copied, copy } = useCopy()
  const run = JSON.stringify({ target, round })
  useEffect(
    () =>
      client.subscribe('sites', 'test', (JSON.parse(run) as { target: Input<'sites', 'add'> }).target, {
        snapshot: (told) => setSteps(told.steps),
        event: (told) => setSteps(told.steps),
        error: setError,
      }),
    [client, run],
  )
  const over = error !== undefined || isOver(steps)
  const again = () => {
    setSteps([])
    setError(undefined)
    setRound(round + 1)
  }
  return (
    <div className={styles.run}>
      <ol className={styles.steps} aria-live="polite" aria-busy={!over}>
        {steps.map((step) => (
          <Step key={step.step} step={step} />
        ))}
      </ol>
      {error === undefined ? null : <AppError error={error} />}
      <div className={styles.actions}>
        <span className={styles.result} role="status">
          {over && error === undefined && steps.every(({ state }) => state === 'ok') ? say('allGood') : ''}
        </span>
        <Button
          variant="subtle"
          title={say('copyHint')}
          disabled={steps.length === 0}
          leftSection={copied ? <Check size={14} aria-hidden /> : <ClipboardCopy size={14} aria-hidden />}
          onClick={() => copy(stepsAsText(shownAddress(target.url), steps, say, explain))}
        >
          {say(copied ? 'copied' : 'copy')}
        </Button>
        <Button variant="default" disabled={!over} leftSection={<RotateCw size={14} aria-hidden />} onClick={again}>
          {say('again')}
        </Button>
      </div>
    </div>
  )
}

function Step({ step }: { step: SiteTestStep }) {
  const say = useMessages(siteTestMessages)
  const { icon: Icon, tone } = states[stepLook[step.state]]
  const isMissing = step.step === 'agent' && step.detail === 'none'
  const detail = isMissing ? say('agentNone') : plainLine(step.detail ?? '', 1000)
  return (
    <li className={styles.step} data-state={step.state}>
      <Icon size={15} strokeWidth={2.2} style={{ color: `var(--hw-${tone})` }} aria-hidden />
      <span className={styles.name}>{say(`step.${step.step}`)}</span>
      <span className={styles.word} style={{ color: `var(--hw-${tone})` }}>
        {say(`state.${step.state}`)}
      </span>
      <code className={styles.detail}>{detail}</code>
      <span className={styles.time}>{stepTime(step, say)}</span>
      {step.error === undefined ? null : (
        <div className={styles.error}>
          <AppError error={step.error} />
        </div>
      )}
    </li>
  )
}
