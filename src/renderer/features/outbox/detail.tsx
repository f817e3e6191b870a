import { ActionIcon, Button } from '@mantine/core'
import { ArrowDown, ArrowUp } from 'lucide-react'
import type { OutboxEntry } from '../../../../contract/outbox.ts'
import { AppError } from '../../app/app-error.tsx'
import { hrefOf } from '../../app/router.ts'
import { DetailTitle } from '../../ui/detail-title.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { useMessages } from '../../ui/text.ts'
import { Time } from '../../ui/time.tsx'
import { Conditions } from './conditions.tsx'
import { Content } from './content.tsx'
import { outboxMessages } from './messages.ts'
import { isUnsent, stepOf } from './model.ts'
import { QuestionPanel } from './question.tsx'
import { editRoute, resultRoute } from './routes.ts'
import { useSiteName } from './site-name.ts'
import { TimeLine } from './time-line.tsx'
import { useTitle } from './titles.ts'
import type { OutboxActions } from './use-actions.tsx'
import { useFiles, useWhy, whatText } from './words.ts'
import styles from './outbox.module.css'

/** One entry: how it stands and why, what is asked, what happened, what is sent; and all that can be done with it. */
export function EntryDetail(props: {
  entry: OutboxEntry
  /** Those it stands with, in their order. */
  order: readonly OutboxEntry[]
  actions: OutboxActions
  beside: boolean
}) {
  const { entry, order, actions, beside } = props
  const say = useMessages(outboxMessages)
  const why = useWhy()
  const siteName = useSiteName()
  const files = useFiles(entry)
  const { state } = entry
  const title = useTitle()(entry)
  return (
    <article className={styles.detailView} aria-label={say('detail.label', { title })} data-state={state}>
      <header className={styles.head}>
        <DetailTitle
          text={title}
          marks={<StateBadge state={state} />}
          leaving={{ href: hrefOf({ page: 'outbox' }), label: say(beside ? 'detail.close' : 'detail.back'), beside }}
        />
        <p className={styles.subtitle}>
          <span>{whatText(entry.action, say)}</span>
          <span>{siteName(entry)}</span>
          <Time at={entry.createdAt} />
        </p>
        {state === 'needs-you' || (state === 'failed' && entry.error !== undefined) ? null : (
          <p className={styles.why}>{why(entry, files)}</p>
        )}
        {entry.wait !== 'files' || files === undefined ? null : (
          <ProgressBar
            value={files.bytes === 0 ? 0 : files.sent / files.bytes}
            label={say('progress', { name: entry.title })}
          />
        )}
        <Buttons entry={entry} order={order} actions={actions} />
      </header>
      {state === 'failed' && entry.error !== undefined ? (
        <AppError
          error={entry.error}
          site={entry.site}
          onRetry={entry.can.retry ? () => actions.change('retry', [entry]) : undefined}
        />
      ) : null}
      <QuestionPanel entry={entry} actions={actions} />
      <TimeLine entry={entry} />
      <Conditions entry={entry} actions={actions} />
      <Content entry={entry} />
    </article>
  )
}

function Buttons(props: { entry: OutboxEntry; order: readonly OutboxEntry[]; actions: OutboxActions }) {
  const { entry, order, actions } = props
  const say = useMessages(outboxMessages)
  const { can, state } = entry
  const edit = editRoute(entry)
  const result = state === 'done' ? resultRoute(entry) : undefined
  // Asked about it, the answers stand with the question.
  const asked = state === 'needs-you'
  const arrow = (step: 'up' | 'down') => {
    const Icon = step === 'up' ? ArrowUp : ArrowDown
    return (
      <ActionIcon
        variant="default"
        aria-label={say(step)}
        title={say(`${step}Hint`)}
        disabled={stepOf(order, entry.id, step) === undefined}
        onClick={() => actions.step(order, entry.id, step)}
      >
        <Icon size={14} aria-hidden />
      </ActionIcon>
    )
  }
  return (
    <div className={styles.buttons}>
      {result === undefined ? null : (
        <Button onClick={() => actions.go(entry, result)}>
          {entry.result?.jobId !== undefined
            ? say('openJob', { id: entry.result.jobId })
            : entry.result?.runId !== undefined
              ? say('openRun', { id: entry.result.runId })
              : say(entry.result?.templateId === undefined ? 'openJobs' : 'openTemplate')}
        </Button>
      )}
      {state === 'waiting' && entry.wait === 'sign-in' ? (
        <Button onClick={() => actions.go(entry, { page: 'sites', id: entry.site })}>{say('signIn')}</Button>
      ) : null}
      {can.release ? <Button onClick={() => actions.change('release', [entry])}>{say('release')}</Button> : null}
      {edit === undefined || asked ? null : (
        <Button variant="default" onClick={() => actions.go(entry, edit)}>
          {say('edit')}
        </Button>
      )}
      {can.hold ? (
        <Button variant="default" onClick={() => actions.change('hold', [entry])}>
          {say('hold')}
        </Button>
      ) : null}
      <Button variant="default" onClick={() => actions.duplicate(entry)}>
        {say('duplicate')}
      </Button>
      {can.remove && !asked ? (
        <Button variant="default" className={styles.danger ?? ''} onClick={() => actions.remove([entry])}>
          {say(isUnsent(entry) ? 'remove' : 'removeSent')}
        </Button>
      ) : null}
      {can.move ? (
        <span className={styles.arrows}>
          {arrow('up')}
          {arrow('down')}
        </span>
      ) : null}
    </div>
  )
}
