import { ActionIcon } from '@mantine/core'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Upload } from '../../../../contract/uploads.ts'
import { AppError } from '../../app/app-error.tsx'
import { useExplain } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useMessages } from '../../ui/text.ts'
import { uploadsStore } from '../uploads/store.ts'
import type { FormState } from './form-store.ts'
import { newJobMessages } from './messages.ts'
import styles from './form.module.css'

/** Refusals told in full; the rest are counted. */
const toldInFull = 5
const named = 3

function Dismiss({ onClick }: { onClick: () => void }) {
  const say = useMessages(newJobMessages)
  return (
    <ActionIcon size={24} aria-label={say('dismiss')} title={say('dismiss')} onClick={onClick}>
      <X size={14} aria-hidden />
    </ActionIcon>
  )
}

const someOf = (names: readonly string[]): string =>
  names.slice(0, named).join(', ') + (names.length > named ? ' …' : '')

/** What was not taken of the last drop, and why. */
export function FileNotices(props: {
  form: FormState
  /** Refused ones. */
  uploads: readonly Upload[]
}) {
  const { form, uploads } = props
  const services = useServices()
  const say = useMessages(newJobMessages)
  const explain = useExplain()
  const { duplicates, skipped, addError, addAgain, dismiss } = form
  const refused = [
    ...form.refused.map(({ name, error }) => ({ name, error, done: () => dismiss('refused') })),
    ...uploads.flatMap(({ id, name, error }) =>
      error === undefined ? [] : [{ name, error, done: () => void uploadsStore.of(services).getState().remove([id]) }],
    ),
  ]
  const notes: ReactNode[] = []
  if (addError !== undefined)
    notes.push(
      <AppError key="error" error={addError} onRetry={addAgain === undefined ? undefined : () => void addAgain()} />,
    )
  refused.slice(0, toldInFull).forEach(({ name, error, done }, index) => {
    const { title, next } = explain(error)
    notes.push(
      <ErrorNote key={`${name}-${index}`} title={title} text={`${say('refused.name', { name })} ${next ?? ''}`}>
        <Dismiss onClick={done} />
      </ErrorNote>,
    )
  })
  if (refused.length > toldInFull)
    notes.push(
      <p key="more" className={styles.faint}>
        {say('refused.more', { count: refused.length - toldInFull })}
      </p>,
    )
  if (duplicates.length > 0)
    notes.push(
      <ErrorNote
        key="duplicates"
        tone="busy"
        title={say('duplicates', { count: duplicates.length, names: someOf(duplicates) })}
      >
        <Dismiss onClick={() => dismiss('duplicates')} />
      </ErrorNote>,
    )
  if (skipped.length > 0)
    notes.push(
      <ErrorNote
        key="skipped"
        tone="wait"
        title={say('skipped', { count: skipped.length, names: someOf(skipped.map(({ path }) => path)) })}
      >
        <Dismiss onClick={() => dismiss('skipped')} />
      </ErrorNote>,
    )
  return notes.length === 0 ? null : <div className={styles.notices}>{notes}</div>
}
