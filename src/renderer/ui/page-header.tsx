import type { ReactNode } from 'react'
import { AsOf } from './as-of.tsx'
import styles from './page-header.module.css'

/** The head of a page: its title, what it says in one line, how old that is where it is not fresh, and its actions at the right. */
export function PageHeader(props: {
  title: ReactNode
  note?: ReactNode
  asOf?: string | undefined
  before?: ReactNode
  children?: ReactNode
}) {
  return (
    <header className={styles.header}>
      {props.before}
      <div className={styles.words}>
        <h1 className={styles.title}>{props.title}</h1>
        {props.note === undefined ? null : <div className={styles.note}>{props.note}</div>}
        <AsOf asOf={props.asOf} />
      </div>
      <div className={styles.actions}>{props.children}</div>
    </header>
  )
}
