import { Button } from '@mantine/core'
import type { OutboxEntry, OutboxQuestion } from '../../../../contract/outbox.ts'
import { useExplain } from '../../app/errors.ts'
import { useMessages } from '../../ui/text.ts'
import { usePickAgain } from '../uploads/pick-again.tsx'
import { useUploads } from '../uploads/store.ts'
import { UploadList } from '../uploads/upload-list.tsx'
import { Asked } from './asked.tsx'
import { questionMessages } from './question-messages.ts'
import type { OutboxActions } from './use-actions.tsx'
import styles from './outbox.module.css'

/** Uploads of a submission that failed or want their file picked again, each with what helps. */
export function QuestionFiles(props: {
  entry: OutboxEntry
  question: Extract<OutboxQuestion, { kind: 'files' }>
  actions: OutboxActions
}) {
  const { entry, question, actions } = props
  const say = useMessages(questionMessages)
  const explain = useExplain()
  const all = useUploads()
  const again = usePickAgain()
  const uploads = question.files.flatMap(({ upload }) => all?.get(upload) ?? [])
  // What was taken off the list of uploads can only be named.
  const gone = all === undefined ? [] : question.files.filter(({ upload }) => !all.has(upload))
  return (
    <Asked
      entry={entry}
      actions={actions}
      title={say('files.title', { count: question.files.length })}
      text={say('files.text')}
      more={
        <Button variant="default" onClick={() => actions.go(entry, { page: 'uploads' })}>
          {say('files.uploads')}
        </Button>
      }
    >
      {again.element}
      {uploads.length === 0 ? null : <UploadList label={say('files.list')} uploads={uploads} onPickAgain={again.ask} />}
      {gone.length === 0 ? null : (
        <ul className={styles.named}>
          {gone.map(({ upload, name, error }) => (
            <li key={upload}>
              {name} {error === undefined ? null : <span className={styles.faint}>{explain(error).title}</span>}
            </li>
          ))}
        </ul>
      )}
    </Asked>
  )
}
