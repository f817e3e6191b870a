import { ActionIcon, TextInput } from '@mantine/core'
import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { ErrorNote } from '../../ui/error-note.tsx'
import { uiMessages } from '../../ui/messages.ts'
import { plainLine } from '../../ui/plain-text.ts'
import { useMessages } from '../../ui/text.ts'
import { useCopy } from '../jobs/use-copy.ts'
import { machineOf } from './address.ts'
import { questionMessages } from './question-messages.ts'
import { accept, Answers, type AskProps } from './question-parts.tsx'
import { keyFileOf } from './host-key.ts'
import styles from './questions.module.css'

/** A fingerprint big enough to be compared character by character. */
function Fingerprint({ text }: { text: string }) {
  const say = useMessages(questionMessages)
  const { copied, copy } = useCopy()
  const label = say(copied ? 'copied' : 'copy')
  return (
    <div className={styles.fingerprint}>
      <code>{text}</code>
      <ActionIcon aria-label={label} title={label} onClick={() => copy(text)}>
        {copied ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
      </ActionIcon>
    </div>
  )
}

/** First contact: whether this machine is the one that is meant. */
export function HostKeyNew({ ask, host, busy, ready, onAnswer, onRefuse }: AskProps<'host-key'>) {
  const say = useMessages(questionMessages)
  const { type, fingerprint } = ask.key
  return (
    <>
      <p className={styles.text}>{say('hostKey.text')}</p>
      <div>
        <span className={styles.label}>{say('hostKey.label', { type: plainLine(type) })}</span>
        <Fingerprint text={plainLine(fingerprint)} />
      </div>
      <p className={styles.hint}>
        {say('hostKey.how', { host: machineOf(host) })}
        <code>{`ssh-keygen -lf ${keyFileOf(type)}`}</code>
      </p>
      <Answers
        accept={say('hostKey.accept')}
        busy={busy}
        disabled={!ready}
        refuseFirst
        onRefuse={onRefuse}
        onAccept={() => onAnswer(accept)}
      />
    </>
  )
}

/** The key is not the known one: blocked, until the machine's name is typed. */
export function HostKeyChanged({ ask, host, busy, onAnswer, onRefuse }: AskProps<'host-key-changed'>) {
  const say = useMessages(questionMessages)
  const sayUi = useMessages(uiMessages)
  const [typed, setTyped] = useState('')
  const name = machineOf(host)
  const same = typed.trim() === name
  return (
    <form
      className={styles.question}
      onSubmit={(event) => {
        event.preventDefault()
        if (same) onAnswer(accept)
      }}
    >
      <ErrorNote title={say('changed.warning')} text={say('changed.text')} />
      <div>
        <span className={styles.label}>{say('changed.now', { type: plainLine(ask.key.type) })}</span>
        <Fingerprint text={plainLine(ask.key.fingerprint)} />
      </div>
      <div>
        <span className={styles.label}>{say('changed.known')}</span>
        <ul className={styles.known}>
          {ask.known.map(({ key, file, line }) => (
            <li key={`${file}:${line}`}>
              <code>{plainLine(key.fingerprint)}</code>
              <span className="mono">
                {say('changed.place', { type: plainLine(key.type), file: plainLine(file), line })}
              </span>
            </li>
          ))}
        </ul>
      </div>
      <TextInput
        label={sayUi('confirm.type', { name })}
        data-autofocus
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Answers accept={say('changed.accept')} danger busy={busy} disabled={!same} onRefuse={onRefuse} />
    </form>
  )
}
