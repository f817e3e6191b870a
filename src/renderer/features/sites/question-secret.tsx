import { Checkbox, PasswordInput, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { ErrorNote } from '../../ui/error-note.tsx'
import { plainLine, plainText } from '../../ui/plain-text.ts'
import { useMessages } from '../../ui/text.ts'
import { questionMessages } from './question-messages.ts'
import { Answers, type AskProps } from './question-parts.tsx'
import { isOneTimeCode } from './prompts.ts'
import styles from './questions.module.css'

export function PassphraseQuestion({ ask, ...rest }: AskProps<'passphrase'>) {
  const say = useMessages(questionMessages)
  return (
    <OneSecret
      {...rest}
      text={say('passphrase.text', { file: plainLine(ask.file) })}
      label={say('passphrase.label')}
      again={ask.again ? say('passphrase.again') : undefined}
      canKeep={ask.canKeep}
      autoComplete="off"
    />
  )
}

export function PasswordQuestion({ ask, ...rest }: AskProps<'password'>) {
  const say = useMessages(questionMessages)
  return (
    <OneSecret
      {...rest}
      label={say('password.label')}
      again={ask.again ? say('password.again') : undefined}
      canKeep={ask.canKeep}
      autoComplete="current-password"
    />
  )
}

function OneSecret(
  props: Omit<AskProps<never>, 'ask'> & {
    text?: string
    label: string
    again: string | undefined
    canKeep: boolean
    autoComplete: string
  },
) {
  const say = useMessages(questionMessages)
  const [secret, setSecret] = useState('')
  const [keep, setKeep] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (secret !== '') props.onAnswer({ kind: 'responses', responses: [secret], ...(keep ? { keep } : {}) })
  }
  return (
    <form className={styles.question} onSubmit={submit}>
      {props.text === undefined ? null : <p className={styles.text}>{props.text}</p>}
      {props.again === undefined ? null : <ErrorNote title={props.again} />}
      <PasswordInput
        label={props.label}
        size="sm"
        data-autofocus
        autoComplete={props.autoComplete}
        maxLength={4096}
        value={secret}
        visibilityToggleButtonProps={{ 'aria-label': say('show'), tabIndex: 0 }}
        onChange={(event) => setSecret(event.currentTarget.value)}
      />
      {props.canKeep ? (
        <Checkbox
          size="xs"
          label={say('keep')}
          checked={keep}
          onChange={(event) => setKeep(event.currentTarget.checked)}
        />
      ) : null}
      <Answers accept={say('secret.accept')} busy={props.busy} disabled={secret === ''} onRefuse={props.onRefuse} />
    </form>
  )
}

/** One round of keyboard-interactive, in the server's own words; Enter goes to the next field and sends from the last. */
export function PromptsQuestion({ ask, busy, ready, onAnswer, onRefuse }: AskProps<'prompts'>) {
  const say = useMessages(questionMessages)
  const [answers, setAnswers] = useState(() => ask.prompts.map(() => ''))
  const name = plainText(ask.name)
  const instruction = plainText(ask.instruction)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (ready || answers.some((text) => text !== '')) onAnswer({ kind: 'responses', responses: answers })
  }
  return (
    <form className={styles.question} onSubmit={submit}>
      {name === '' && instruction === '' ? null : (
        <div className={styles.server} role="group" aria-label={say('prompts.says')} tabIndex={0}>
          {name === '' ? null : <strong>{name}</strong>}
          {instruction === '' ? null : <p>{instruction}</p>}
        </div>
      )}
      {ask.prompts.length === 0 ? <p className={styles.text}>{say('prompts.none')}</p> : null}
      {ask.prompts.map((prompt, index) => {
        const common = {
          label: <span className={styles.prompt}>{plainText(prompt.text) || say('prompts.answer')}</span>,
          size: 'sm',
          maxLength: 4096,
          autoCapitalize: 'none',
          spellCheck: false,
          'data-autofocus': index === 0 || undefined,
          value: answers[index] ?? '',
          onChange: (event: { currentTarget: { value: string } }) => {
            const { value } = event.currentTarget
            setAnswers((before) => before.map((text, at) => (at === index ? value : text)))
          },
        } as const
        return prompt.echo ? (
          // The order is the server's and does not change.
          <TextInput key={index} {...common} autoComplete="off" />
        ) : (
          <PasswordInput
            key={index}
            {...common}
            autoComplete={isOneTimeCode(prompt.text) ? 'one-time-code' : 'off'}
            visibilityToggleButtonProps={{ 'aria-label': say('show'), tabIndex: 0 }}
          />
        )
      })}
      <Answers accept={say('secret.accept')} busy={busy} refuseFirst={ask.prompts.length === 0} onRefuse={onRefuse} />
    </form>
  )
}
