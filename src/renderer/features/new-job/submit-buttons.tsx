import { Button, Popover, Switch } from '@mantine/core'
import { useState } from 'react'
import { useMessages } from '../../ui/text.ts'
import { useClock } from '../../ui/use-now.ts'
import { outboxMessages } from '../outbox/messages.ts'
import { checkWhen, plainWhen } from '../outbox/when.ts'
import { WhenFields } from '../outbox/when-fields.tsx'
import type { Draft } from './draft.ts'
import { newJobMessages } from './messages.ts'
import type { Wait } from './readiness.ts'
import styles from './summary.module.css'

/** Whether anything is asked of the sending beside that it happens. */
const isPlain = (send: Draft['send']): boolean =>
  !send.held && (Object.keys(plainWhen) as (keyof typeof plainWhen)[]).every((key) => send[key] === '')

/** The button that hands the form over, and what is asked of its sending. */
export function SubmitButtons(props: {
  send: Draft['send']
  /** It changes an entry of the outbox. */
  edits: boolean
  wait: Wait | undefined
  sending: boolean
  disabled: boolean
  onSend: (send: Draft['send']) => void
  onSubmit: () => void
}) {
  const { send, edits, wait, sending, disabled, onSend, onSubmit } = props
  const say = useMessages(newJobMessages)
  const sayOutbox = useMessages(outboxMessages)
  const [open, setOpen] = useState(false)
  const { problems } = checkWhen(send, useClock(send.notBefore !== ''))
  const plain = isPlain(send)
  const label = edits
    ? say(sending ? 'saving' : 'save')
    : sending
      ? say('sending')
      : !plain || wait === 'network' || wait === 'sign-in'
        ? say('putInOutbox')
        : say(wait === 'files' ? 'submitWhenUploaded' : 'submit')
  return (
    <div className={styles.submitRow}>
      <Button size="sm" disabled={disabled} onClick={onSubmit} data-testid="submit">
        {label}
      </Button>
      <Popover opened={open} onChange={setOpen} position="top-end" width={340} trapFocus returnFocus>
        <Popover.Target>
          <Button
            size="sm"
            variant="default"
            data-used={!plain || undefined}
            data-invalid={problems.size > 0 || undefined}
            className={styles.options ?? ''}
            onClick={() => setOpen(!open)}
          >
            {say('options')}
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label={say('optionsTitle')}>
          <h3 className={styles.optionsTitle}>{say('optionsTitle')}</h3>
          {edits ? null : (
            <Switch
              className={styles.held ?? ''}
              label={sayOutbox('when.hold')}
              description={sayOutbox('when.holdHint')}
              checked={send.held}
              onChange={(event) => onSend({ ...send, held: event.currentTarget.checked })}
            />
          )}
          <WhenFields raw={send} problems={problems} isJob onChange={(when) => onSend({ ...send, ...when })} />
        </Popover.Dropdown>
      </Popover>
    </div>
  )
}
