import { Button } from '@mantine/core'
import { CircleCheck, Clock, OctagonAlert, TriangleAlert } from 'lucide-react'
import { useId } from 'react'
import type { Check, StartEstimate, Suggestion } from '../../../../contract/preflight.ts'
import { siteAnswers } from '../../../../contract/site-answers.ts'
import type { Site } from '../../../../contract/sites.ts'
import { AppError } from '../../app/app-error.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useFormat } from '../../ui/format.ts'
import { useLanguage, useMessages } from '../../ui/text.ts'
import { useNow } from '../../ui/use-now.ts'
import { shownChecks } from './blocking.ts'
import { checkText, startText, suggestionText } from './check-text.ts'
import { preflightMessages } from './messages.ts'
import type { Checks } from './use-preflight.ts'
import styles from './panel.module.css'

const icons = { error: OctagonAlert, warning: TriangleAlert, ok: CircleCheck }

function Start({ start }: { start: StartEstimate }) {
  const say = useMessages(preflightMessages)
  const language = useLanguage()
  const format = useFormat()
  const known = start.state === 'known'
  const now = useNow(known)
  return (
    <p className={styles.start} data-known={known || undefined}>
      <Clock size={14} aria-hidden />
      {known ? (
        <span title={format.absolute(start.at)}>
          {startText(start.at, say, language, now)}
          {start.nodes === undefined ? null : (
            <span className={styles.faint}> {say('start.on', { nodes: start.nodes })}</span>
          )}
        </span>
      ) : (
        <span>{say(start.state === 'later' ? 'start.asking' : 'start.unknown')}</span>
      )}
    </p>
  )
}

function Row({ check, onUse }: { check: Check; onUse: (suggestion: Suggestion) => void }) {
  const say = useMessages(preflightMessages)
  const language = useLanguage()
  const text = checkText(check, say, language)
  if (text === undefined) return null
  const Icon = icons[check.level]
  return (
    <li className={styles.check} data-level={check.level} data-code={check.code}>
      <Icon size={14} aria-hidden className={styles.icon} />
      <div>
        <span className={check.level === 'ok' ? styles.hidden : styles.word}>{say(`level.${check.level}`)}</span>{' '}
        <span>{text}</span>
        {check.next.length === 0 ? null : (
          <div className={styles.actions}>
            {check.next.map((suggestion) => (
              <Button
                key={`${suggestion.field} ${suggestion.value}`}
                variant="default"
                size="compact-xs"
                onClick={() => onUse(suggestion)}
              >
                {suggestionText(suggestion, say, language)}
              </Button>
            ))}
          </div>
        )}
      </div>
    </li>
  )
}

/** Checks in words, each with the buttons that take what it suggests. */
export function CheckList({ checks, onUse }: { checks: readonly Check[]; onUse: (suggestion: Suggestion) => void }) {
  return (
    <ul className={styles.checks}>
      {checks.map((check, index) => (
        <Row key={`${check.code} ${index}`} check={check} onUse={onUse} />
      ))}
    </ul>
  )
}

/** What the submission would meet at its site: the gravest first, each with the button that helps. */
export function PreflightPanel(props: { checks: Checks; site: Site; onUse: (suggestion: Suggestion) => void }) {
  const { checks, site, onUse } = props
  const say = useMessages(preflightMessages)
  const heading = useId()
  return (
    <section className={styles.panel} aria-labelledby={heading} aria-busy={checks.state === 'checking'}>
      <h3 id={heading} className={styles.title}>
        {say('title')}
        {checks.state === 'checking' ? <span className={styles.busy}>{say('checking')}</span> : null}
      </h3>
      <Content checks={checks} site={site} onUse={onUse} />
    </section>
  )
}

function Content({ checks, site, onUse }: { checks: Checks; site: Site; onUse: (suggestion: Suggestion) => void }) {
  const say = useMessages(preflightMessages)
  if (site.user === undefined || site.connection.state === 'signed-out')
    return <p className={styles.faint}>{say('signedOut', { site: site.name })}</p>
  if (!siteAnswers(site.connection)) return <p className={styles.faint}>{say('offline', { site: site.name })}</p>
  switch (checks.state) {
    case 'idle':
      return <p className={styles.faint}>{say('waiting')}</p>
    case 'checking':
      return <Skeleton lines={3} />
    case 'failed':
      return checks.error.code === 'NOT_FOUND' && checks.error.data.what === 'job' ? (
        <p className={styles.faint}>{say('unsupported', { site: site.name })}</p>
      ) : (
        <AppError error={checks.error} site={site.id} onRetry={checks.retry} />
      )
    default:
      return (
        <>
          <Start start={checks.preflight.start} />
          <div role="status">
            <CheckList checks={shownChecks(checks.preflight.checks)} onUse={onUse} />
          </div>
        </>
      )
  }
}
