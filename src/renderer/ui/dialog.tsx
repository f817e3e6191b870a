import { CloseButton, Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { uiMessages } from './messages.ts'
import { useMessages } from './text.ts'
import styles from './dialog.module.css'

/** A dialog over the page: titled, closed by Escape, its first field focused (`data-autofocus`). Render it to open it. */
export function Dialog(props: { title: string; onClose: () => void; width?: number; children: ReactNode }) {
  const say = useMessages(uiMessages)
  return (
    <Modal.Root opened onClose={props.onClose} centered size={props.width ?? 440} padding={0} lockScroll={false}>
      <Modal.Overlay backgroundOpacity={0.4} />
      <Modal.Content aria-label={props.title}>
        <div className={styles.head}>
          <h2 className={styles.title}>{props.title}</h2>
          <CloseButton size="sm" aria-label={say('close')} onClick={props.onClose} />
        </div>
        <div className={styles.body}>{props.children}</div>
      </Modal.Content>
    </Modal.Root>
  )
}
