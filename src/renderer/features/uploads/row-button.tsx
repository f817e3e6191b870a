import type { LucideIcon } from 'lucide-react'
import styles from './uploads.module.css'

/** A small button of a row. A plain one: dozens are made while a list of thousands is scrolled. */
export function RowButton(props: { label: string; icon: LucideIcon; tabIndex?: -1 | undefined; onClick: () => void }) {
  const { label, icon: Icon, tabIndex, onClick } = props
  return (
    <button
      type="button"
      className={styles.rowButton}
      aria-label={label}
      title={label}
      tabIndex={tabIndex}
      onClick={onClick}
    >
      <Icon size={14} aria-hidden />
    </button>
  )
}
