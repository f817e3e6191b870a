import { useId, type ReactNode } from 'react'
import type { OutboxAction, OutboxEntry } from '../../../../contract/outbox.ts'
import { useFormat } from '../../ui/format.ts'
import { useMessages } from '../../ui/text.ts'
import { useSiteJobs } from '../jobs/store.ts'
import { contentMessages } from './content-messages.ts'
import { SubmissionFacts } from './submission-facts.tsx'
import { useSiteName } from './site-name.ts'
import { Fact } from './fact.tsx'
import styles from './outbox.module.css'

type Action<K extends OutboxAction['kind']> = Extract<OutboxAction, { kind: K }>

/** What an entry asks its site to do, in full. */
export function Content({ entry }: { entry: OutboxEntry }) {
  const say = useMessages(contentMessages)
  const siteName = useSiteName()
  const heading = useId()
  return (
    <section className={styles.section} aria-labelledby={heading}>
      <h2 id={heading}>{say(entry.state === 'done' ? 'titleSent' : 'title')}</h2>
      <dl className={styles.facts}>
        <Fact label={say('site')}>{siteName(entry)}</Fact>
        <Facts entry={entry} />
        {entry.result?.refused === undefined || entry.result.refused.length === 0 ? null : (
          <Fact label={say('refused')}>
            <Lines lines={entry.result.refused.map(({ id, message }) => say('refusedOf', { id, reason: message }))} />
          </Fact>
        )}
      </dl>
    </section>
  )
}

function Facts({ entry }: { entry: OutboxEntry }) {
  const say = useMessages(contentMessages)
  const { action } = entry
  switch (action.kind) {
    case 'submit':
      return <SubmissionFacts entry={entry} action={action} />
    case 'change':
      return <ChangeFacts site={entry.site} action={action} />
    case 'save-template':
      return (
        <>
          <Fact label={say('visibility')}>{say(action.visibility)}</Fact>
          <Fact label={say('yaml')} wide>
            <pre className={styles.code} tabIndex={0} role="region" aria-label={say('yaml')}>
              {action.yaml}
            </pre>
          </Fact>
        </>
      )
    case 'remove-template':
      return (
        <Fact label={say('template')}>
          <code>{action.id}</code>
        </Fact>
      )
    case 'make-folder':
      return (
        <InFolder job={action.job}>
          <Fact label={say('folder')}>
            <code>{action.path}</code>
          </Fact>
        </InFolder>
      )
    case 'rename':
      return (
        <InFolder job={action.job}>
          <Fact label={say('from')}>
            <code>{action.from}</code>
          </Fact>
          <Fact label={say('to')}>
            <code>{action.to}</code>
          </Fact>
        </InFolder>
      )
    default:
      return (
        <InFolder job={action.job}>
          <Fact label={say('paths')}>
            <Lines lines={action.paths} />
          </Fact>
        </InFolder>
      )
  }
}

function InFolder({ job, children }: { job: string; children: ReactNode }) {
  const say = useMessages(contentMessages)
  return (
    <>
      <Fact label={say('ofJob')}>
        <code>{job}</code>
      </Fact>
      {children}
    </>
  )
}

function ChangeFacts({ site, action }: { site: string; action: Action<'change'> }) {
  const say = useMessages(contentMessages)
  const format = useFormat()
  const { jobs } = useSiteJobs(site)
  const { ids, change } = action
  return (
    <>
      <Fact label={say('jobs')}>
        <Lines lines={ids.map((id) => say('job', { id, name: jobs?.get(id)?.name ?? '' }).trim())} />
      </Fact>
      {change.action === 'time-limit' ? (
        <Fact label={say('timeLimit')}>{format.duration(change.minutes * 60)}</Fact>
      ) : null}
      {change.action === 'nice' ? <Fact label={say('nice')}>{format.number(change.value)}</Fact> : null}
    </>
  )
}

function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <ul className={styles.lines}>
      {lines.map((line, index) => (
        <li key={index}>{line}</li>
      ))}
    </ul>
  )
}
