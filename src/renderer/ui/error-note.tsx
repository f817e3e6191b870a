import { CircleAlert, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import styles from './error-note.module.css'

const icons = { bad: CircleAlert, wait: TriangleAlert, busy: Info }

/** A problem beside its cause: what happened, what to do, and the button that helps (as children). */
export function ErrorNote(props: {
  title: string
  text?: string | undefined
  tone?: 'bad' | 'wait' | 'busy'
  /** What belongs to it and needs more room than a sentence. */
  details?: ReactNode
  children?: ReactNode
}) {
  const { title, text, tone = 'bad', details, children } = props
  const Icon = icons[tone]
  return (
    <div className={styles.note} data-tone={tone} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon size={15} className={styles.icon} aria-hidden />
      <div className={styles.body}>
        <span className={styles.title}>{title}</span>
        {text === undefined ? null : <span className={styles.text}> {text}</span>}
        {details}
      </div>
      {children === undefined ? null : <div className={styles.actions}>{children}</div>}
    </div>
  )
}
