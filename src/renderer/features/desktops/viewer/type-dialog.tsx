import { Button, PasswordInput, Switch, Textarea } from '@mantine/core'
import { useState } from 'react'
import { Dialog } from '../../../ui/dialog.tsx'
import { uiMessages } from '../../../ui/messages.ts'
import { useMessages } from '../../../ui/text.ts'
import { textMessages } from './text-messages.ts'
import styles from './viewer.module.css'

/** A text that is typed key by key: for sign-in screens, where nothing can be pasted. */
export function TypeDialog({ onType, onClose }: { onType: (text: string) => void; onClose: () => void }) {
  const say = useMessages(textMessages)
  const sayUi = useMessages(uiMessages)
  const [text, setText] = useState('')
  const [hidden, setHidden] = useState(false)
  return (
    <Dialog title={say('type.title')} width={480} onClose={onClose}>
      <form
        className={styles.panel}
        onSubmit={(event) => {
          event.preventDefault()
          onClose()
          onType(text)
        }}
      >
        <p>{say('type.text')}</p>
        {hidden ? (
          <PasswordInput
            label={say('type.label')}
            data-autofocus
            autoComplete="off"
            value={text}
            onChange={({ currentTarget }) => setText(currentTarget.value)}
          />
        ) : (
          <Textarea
            label={say('type.label')}
            data-autofocus
            autosize
            minRows={3}
            maxRows={10}
            value={text}
            onChange={({ currentTarget }) => setText(currentTarget.value)}
          />
        )}
        <Switch
          label={say('type.hide')}
          checked={hidden}
          onChange={({ currentTarget }) => setHidden(currentTarget.checked)}
        />
        <div className={styles.actions}>
          <Button variant="default" onClick={onClose}>
            {sayUi('cancel')}
          </Button>
          <Button type="submit" disabled={text === ''}>
            {say('type.run')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
