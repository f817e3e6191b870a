import type { ReactNode } from 'react'
import styles from './outbox.module.css'

/** One line of a list of facts; `wide`: below its label instead of beside it. */
export function Fact({ label, wide, children }: { label: string; wide?: true; children: ReactNode }) {
  return (
    <div className={styles.fact} data-wide={wide}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}
