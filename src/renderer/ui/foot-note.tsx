import { Button, CloseButton } from '@mantine/core'
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import styles from './foot-note.module.css'

/** How long a note stays where nothing is asked of the user, in milliseconds. */
export const footNoteMs = 8000

interface Act {
  label: string
  run: () => void
}

/** What came of something that goes on elsewhere, told at the foot of the window, where it covers no button. */
export function FootNote(props: {
  icon?: LucideIcon
  tone: 'busy' | 'done' | 'wait' | 'bad'
  action?: Act | undefined
  dismiss?: Act | undefined
  children: ReactNode
}) {
  const { icon: Icon, tone, action, dismiss, children } = props
  return (
    <div className={styles.note} role="status" data-tone={tone}>
      {Icon === undefined ? null : <Icon size={15} aria-hidden />}
      {children}
      {action === undefined ? null : (
        <Button variant="default" size="compact-sm" onClick={action.run}>
          {action.label}
        </Button>
      )}
      {dismiss === undefined ? null : <CloseButton size="sm" aria-label={dismiss.label} onClick={dismiss.run} />}
    </div>
  )
}
