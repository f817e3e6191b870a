import { Button } from '@mantine/core'
import { useId } from 'react'
import type { OutboxEntry, OutboxQuestion } from '../../../../contract/outbox.ts'
import { useMessages } from '../../ui/text.ts'
import { CheckList } from '../preflight/panel.tsx'
import { Asked } from './asked.tsx'
import { rowsOfDifferences, type DifferenceRow } from './differences.ts'
import { QuestionFiles } from './question-files.tsx'
import { questionMessages } from './question-messages.ts'
import { useSiteName } from './site-name.ts'
import { outboxStore } from './store.ts'
import { withSuggestion } from './suggestion.ts'
import type { OutboxActions } from './use-actions.tsx'
import styles from './outbox.module.css'

type Question<K extends OutboxQuestion['kind']> = Extract<OutboxQuestion, { kind: K }>

/** What the user is asked about an entry, with all the answers there are. */
export function QuestionPanel({ entry, actions }: { entry: OutboxEntry; actions: OutboxActions }) {
  const { question } = entry
  if (question === undefined) return null
  switch (question.kind) {
    case 'template-changed':
      return <TemplateChanged entry={entry} question={question} actions={actions} />
    case 'template-gone':
      return <TemplateGone entry={entry} question={question} actions={actions} />
    case 'checks':
      return <ChecksFailed entry={entry} question={question} actions={actions} />
    case 'files':
      return <QuestionFiles entry={entry} question={question} actions={actions} />
    default:
      return <DependencyGone entry={entry} question={question} actions={actions} />
  }
}

interface Props<K extends OutboxQuestion['kind']> {
  entry: OutboxEntry
  question: Question<K>
  actions: OutboxActions
}

function TemplateChanged({ entry, question, actions }: Props<'template-changed'>) {
  const say = useMessages(questionMessages)
  const { from, to, differences } = question
  return (
    <Asked
      entry={entry}
      actions={actions}
      title={say('template-changed.title')}
      text={say('template-changed.text', { from, to })}
      accept={say('template-changed.accept', { version: to })}
    >
      {differences.length === 0 ? (
        <p className={styles.faint}>{say('template-changed.none')}</p>
      ) : (
        <Differences rows={rowsOfDifferences(differences)} />
      )}
    </Asked>
  )
}

/** What is another now, as it was and as it is. */
function Differences({ rows }: { rows: readonly DifferenceRow[] }) {
  const say = useMessages(questionMessages)
  const caption = useId()
  return (
    <div className={styles.scroll} role="region" aria-labelledby={caption} tabIndex={0}>
      <table className={styles.differences}>
        <caption id={caption}>{say('template-changed.table')}</caption>
        <thead>
          <tr>
            <th scope="col">{say('template-changed.part')}</th>
            <th scope="col">{say('template-changed.before')}</th>
            <th scope="col">{say('template-changed.after')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ part, key, field, before, after }, index) => (
            <tr key={index}>
              <th scope="row">
                {say(`part.${part}`)} {key === undefined ? null : <code>{key}</code>}
                {field === undefined ? null : <div className={styles.field}>{field}</div>}
              </th>
              <td data-side="before">{before === undefined ? <Nothing /> : <pre>{before}</pre>}</td>
              <td data-side="after">{after === undefined ? <Nothing /> : <pre>{after}</pre>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Nothing() {
  const say = useMessages(questionMessages)
  return <span className={styles.faint}>{say('absent')}</span>
}

function TemplateGone({ entry, question, actions }: Props<'template-gone'>) {
  const say = useMessages(questionMessages)
  const site = useSiteName()(entry)
  return (
    <Asked
      entry={entry}
      actions={actions}
      title={say('template-gone.title', { template: question.template, site })}
      text={say('template-gone.text')}
      more={
        <Button variant="default" onClick={() => actions.go(entry, { page: 'templates' })}>
          {say('template-gone.templates')}
        </Button>
      }
    />
  )
}

function ChecksFailed({ entry, question, actions }: Props<'checks'>) {
  const say = useMessages(questionMessages)
  const site = useSiteName()(entry)
  const edit = outboxStore.use((state) => state.edit)
  return (
    <Asked
      entry={entry}
      actions={actions}
      title={say('checks.title', { site })}
      text={say('checks.text')}
      accept={say('checks.accept')}
    >
      <CheckList
        checks={question.checks}
        onUse={(suggestion) => {
          const action = withSuggestion(entry.action, suggestion)
          if (action !== undefined) actions.run(() => edit({ id: entry.id, action }))
        }}
      />
    </Asked>
  )
}

function DependencyGone({ entry, question, actions }: Props<'dependency'>) {
  const say = useMessages(questionMessages)
  const { title, why } = question
  const known = outboxStore.use((state) => state.entries?.has(question.entry)) === true
  return (
    <Asked
      entry={entry}
      actions={actions}
      title={say(`dependency.${why}`, { title })}
      text={say('dependency.text')}
      accept={say('dependency.accept')}
      more={
        known ? (
          <Button variant="default" onClick={() => actions.go(entry, { page: 'outbox', id: question.entry })}>
            {say('dependency.show', { title })}
          </Button>
        ) : null
      }
    />
  )
}
