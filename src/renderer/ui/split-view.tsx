import { useMediaQuery } from '@mantine/hooks'
import type { ReactNode } from 'react'
import styles from './split-view.module.css'

/** Whether what is opened of a list stands beside it; over it in a narrow window. */
export const useBeside = (): boolean =>
  useMediaQuery('(min-width: 1280px)', undefined, { getInitialValueInEffect: false })

/** A list, and what is opened of it: beside it in a wide window, over it in a narrow one. */
export function SplitView(props: {
  /** Something is open, also while there is nothing to show of it yet. */
  open: boolean
  /** Which of both needs more room. */
  wider?: 'list' | 'detail'
  detail: ReactNode
  children: ReactNode
}) {
  const { open, wider, detail, children } = props
  const beside = useBeside()
  return (
    <div className={styles.split} data-open={open || undefined} data-wider={wider}>
      <div className={styles.list} inert={open && !beside}>
        {children}
      </div>
      {detail === null ? null : <div className={styles.detail}>{detail}</div>}
    </div>
  )
}
