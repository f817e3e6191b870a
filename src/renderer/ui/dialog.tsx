import { CloseButton, Modal } from '@mantine/core'
import { useEffect, useId, type ReactNode } from 'react'
import { uiMessages } from './messages.ts'
import { useMessages } from './text.ts'
import styles from './dialog.module.css'

/** Dialogs that are open, the topmost last: Escape is for that one alone. */
const open: string[] = []

/** A dialog over the page: titled, closed by Escape, its first field focused (`data-autofocus`). Render it to open it. */
export function Dialog(props: {
  title: string
  onClose: () => void
  width?: number
  /** It holds a decision: a click beside it does not close it. */
  firm?: true
  children: ReactNode
}) {
  const { onClose } = props
  const say = useMessages(uiMessages)
  const id = useId()
  useEffect(() => {
    open.push(id)
    return () => {
      // Not within the key press that closed it, which the dialogs below hear too.
      setTimeout(() => open.splice(open.indexOf(id), 1))
    }
  }, [id])
  return (
    <Modal.Root
      opened
      onClose={() => {
        if (open.at(-1) === id) onClose()
      }}
      centered
      size={props.width ?? 440}
      padding={0}
      lockScroll={false}
      closeOnClickOutside={props.firm !== true}
    >
      <Modal.Overlay backgroundOpacity={0.4} />
      <Modal.Content aria-label={props.title}>
        <div className={styles.head}>
          <h2 className={styles.title}>{props.title}</h2>
          <CloseButton size="sm" aria-label={say('close')} onClick={onClose} />
        </div>
        <div className={styles.body}>{props.children}</div>
      </Modal.Content>
    </Modal.Root>
  )
}
