import type { ReactNode } from 'react'
import styles from './notes.module.css'

interface NotesProps {
  /** No title is above them. */
  atTop?: boolean
  children: ReactNode
}

/** What a page has to say above its content, one below the other; takes no room where that is nothing. */
export function Notes({ atTop = false, children }: NotesProps) {
  return (
    <div className={styles.notes} data-at-top={atTop || undefined}>
      {children}
    </div>
  )
}
