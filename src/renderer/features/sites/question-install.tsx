import { ShieldCheck } from 'lucide-react'
import { useFormat } from '../../ui/format.ts'
import { plainLine } from '../../ui/plain-text.ts'
import { useMessages } from '../../ui/text.ts'
import { questionMessages } from './question-messages.ts'
import { accept, Answers, type AskProps } from './question-parts.tsx'
import styles from './questions.module.css'

/** Whether Headway may put its agent into the user's home: what is copied, and where to. */
export function InstallQuestion({ ask, busy, ready, onAnswer, onRefuse }: AskProps<'install'>) {
  const say = useMessages(questionMessages)
  const format = useFormat()
  return (
    <>
      <p className={styles.text}>{say('install.text')}</p>
      <dl className={styles.facts}>
        <dt>{say('install.version')}</dt>
        <dd className="mono">{plainLine(ask.version)}</dd>
        <dt>{say('install.folder')}</dt>
        <dd className="mono">{plainLine(ask.folder)}</dd>
        <dt>{say('install.size')}</dt>
        <dd>{format.bytes(ask.bytes)}</dd>
      </dl>
      <p className={styles.good}>
        <ShieldCheck size={15} aria-hidden />
        {say('install.note')}
      </p>
      <Answers
        accept={say('install.accept')}
        busy={busy}
        disabled={!ready}
        refuseFirst
        onRefuse={onRefuse}
        onAccept={() => onAnswer(accept)}
      />
    </>
  )
}
