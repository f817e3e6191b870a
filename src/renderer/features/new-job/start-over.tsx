import { Button } from '@mantine/core'
import { Dialog } from '../../ui/dialog.tsx'
import { uiMessages } from '../../ui/messages.ts'
import { useMessages } from '../../ui/text.ts'
import { newJobMessages } from './messages.ts'
import styles from './form.module.css'

/** Asks before a form is emptied. */
export function StartOver({ onConfirm, onClose }: { onConfirm: () => void; onClose: () => void }) {
  const say = useMessages(newJobMessages)
  const sayUi = useMessages(uiMessages)
  return (
    <Dialog title={say('startOver')} onClose={onClose}>
      <p className={styles.modalText}>{say('startOverText')}</p>
      <div className={styles.modalActions}>
        <Button variant="default" onClick={onClose}>
          {sayUi('cancel')}
        </Button>
        <Button
          onClick={() => {
            onClose()
            onConfirm()
          }}
        >
          {say('startOverDo')}
        </Button>
      </div>
    </Dialog>
  )
}
