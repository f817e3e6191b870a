import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import styles from './empty-state.module.css'

/** An empty page: what it is for, and the first step. */
export function EmptyState(props: { icon: LucideIcon; title: string; text: string; children?: ReactNode }) {
  const { icon: Icon, title, text, children } = props
  return (
    <div className={styles.empty}>
      <Icon size={28} strokeWidth={1.5} className={styles.icon} aria-hidden />
      <h2 className={styles.title}>{title}</h2>
      <p className={styles.text}>{text}</p>
      {children === undefined ? null : <div className={styles.actions}>{children}</div>}
    </div>
  )
}
