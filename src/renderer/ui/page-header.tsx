import type { ReactNode } from 'react'
import styles from './page-header.module.css'

/** The head of a page: its title, what it says in one line, and its actions at the right. */
export function PageHeader(props: { title: ReactNode; note?: ReactNode; before?: ReactNode; children?: ReactNode }) {
  return (
    <header className={styles.header}>
      {props.before}
      <div className={styles.words}>
        <h1 className={styles.title}>{props.title}</h1>
        {props.note === undefined ? null : <div className={styles.note}>{props.note}</div>}
      </div>
      <div className={styles.actions}>{props.children}</div>
    </header>
  )
}
