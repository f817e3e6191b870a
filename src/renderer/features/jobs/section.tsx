import { ChevronRight } from 'lucide-react'
import { useId, type ReactNode } from 'react'
import styles from './job.module.css'

/** A part of a job's page. `folded` parts open with a click and build their content then. */
export function Section(props: { title: string; note?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  const heading = useId()
  return (
    <section className={styles.section} aria-labelledby={heading}>
      <div className={styles.sectionHead}>
        <h2 id={heading}>{props.title}</h2>
        <span className={styles.sectionNote}>{props.note}</span>
        {props.actions}
      </div>
      {props.children}
    </section>
  )
}

/** A part that is looked at seldom, closed at first. */
export function FoldedSection({ title, children }: { title: string; children: ReactNode }) {
  return (
    <details className={styles.section}>
      <summary className={styles.foldHead}>
        <ChevronRight size={14} aria-hidden />
        <h2>{title}</h2>
      </summary>
      {children}
    </details>
  )
}
