import { Button } from '@mantine/core'
import { Dialog } from '../../ui/dialog.tsx'
import { uiMessages } from '../../ui/messages.ts'
import { useMessages } from '../../ui/text.ts'
import { terminalsMessages } from './messages.ts'
import { pasted, pastedLines } from './paste.ts'
import styles from './terminals.module.css'

/** Of a long text the beginning is enough to be recognised. */
const shownCharacters = 2000

/** Several lines are shown before a shell gets them. */
export function PasteDialog({ text, onPaste, onClose }: { text: string; onPaste: () => void; onClose: () => void }) {
  const say = useMessages(terminalsMessages)
  const sayUi = useMessages(uiMessages)
  const clean = pasted(text)
  return (
    <Dialog title={say('paste.title', { count: pastedLines(text) })} width={560} onClose={onClose}>
      <div className={styles.paste}>
        <p>{say('paste.text')}</p>
        <pre role="group" tabIndex={0} aria-label={say('paste.preview')}>
          {clean.length > shownCharacters ? `${clean.slice(0, shownCharacters)}…` : clean}
        </pre>
        <div className={styles.pasteActions}>
          <Button variant="default" onClick={onClose}>
            {sayUi('cancel')}
          </Button>
          <Button
            data-autofocus
            onClick={() => {
              onPaste()
              onClose()
            }}
          >
            {say('paste')}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
