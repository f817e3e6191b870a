import { Button, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { Dialog } from './dialog.tsx'
import { uiMessages } from './messages.ts'
import { useMessages } from './text.ts'
import styles from './confirm-by-name.module.css'

/** Confirms what cannot be undone: the name of the thing has to be typed. Closes by itself after `onConfirm`. */
export function ConfirmByName(props: {
  title: string
  text: string
  name: string
  action: string
  onConfirm: () => Promise<void> | void
  onClose: () => void
}) {
  const { name, onConfirm, onClose } = props
  const say = useMessages(uiMessages)
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  // Korean names may be typed in another normal form than they are stored in.
  const same = typed.trim().normalize('NFC') === name.trim().normalize('NFC')
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!same || busy) return
    setBusy(true)
    try {
      await onConfirm()
    } finally {
      onClose()
    }
  }
  return (
    <Dialog title={props.title} onClose={onClose}>
      <form className={styles.form} onSubmit={(event) => void submit(event)}>
        <p className={styles.text}>{props.text}</p>
        <TextInput
          label={say('confirm.type', { name })}
          data-autofocus
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <div className={styles.actions}>
          <Button variant="default" onClick={onClose}>
            {say('cancel')}
          </Button>
          <Button type="submit" color="red" disabled={!same} loading={busy}>
            {props.action}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
