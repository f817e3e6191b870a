import { Button } from '@mantine/core'
import type { ConvergenceVerdict } from '../../../../contract/convergence.ts'
import { ErrorNote } from '../../ui/error-note.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { convergenceMessages } from './messages.ts'
import styles from './convergence.module.css'

/** How the solver gets on, in a word and a sentence. Where it goes wrong while the job runs, also what could be done. */
export function Verdict({ verdict }: { verdict: ConvergenceVerdict }) {
  const language = useLanguage()
  return (
    <p className={styles.verdict}>
      {verdict.state === 'unknown' ? null : <StateBadge state={verdict.state} />}
      <span>{textIn(verdict.text, language)}</span>
    </p>
  )
}

/** Above the charts while a job that runs goes wrong. */
export function Banner({ verdict, onCancel }: { verdict: ConvergenceVerdict; onCancel: (() => void) | undefined }) {
  const say = useMessages(convergenceMessages)
  const { state } = verdict
  if (onCancel === undefined || (state !== 'diverging' && state !== 'nan')) return null
  return (
    <div className={styles.banner}>
      <ErrorNote title={say(`banner.${state}`)} text={say('banner.next')}>
        <Button color="red" variant="light" onClick={onCancel}>
          {say('banner.cancel')}
        </Button>
      </ErrorNote>
    </div>
  )
}
