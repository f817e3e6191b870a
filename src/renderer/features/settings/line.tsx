import type { ReactNode } from 'react'
import styles from './settings.module.css'

/** One setting: what it is, what it does, and how it stands. `id`: of the label, for the control to be named by. */
export function Line(props: { label: string; hint?: string; id?: string; children: ReactNode }) {
  return (
    <div className={styles.line}>
      <div className={styles.words}>
        <span id={props.id}>{props.label}</span>
        {props.hint === undefined ? null : <small>{props.hint}</small>}
      </div>
      <div className={styles.control}>{props.children}</div>
    </div>
  )
}
