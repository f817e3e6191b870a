import { useEffect, useState } from 'react'
import { uiMessages } from './messages.ts'
import { useMessages } from './text.ts'
import styles from './skeleton.module.css'

/** Grey lines in the place of content that is late: nothing for 300 ms, so that quick answers do not flicker. */
export function Skeleton({ lines = 6 }: { lines?: number }) {
  const say = useMessages(uiMessages)
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 300)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className={styles.skeleton} role="status" aria-label={say('loading')}>
      {late
        ? Array.from({ length: lines }, (_, line) => (
            <div key={line} className={styles.line} style={{ width: `${90 - ((line * 23) % 45)}%` }} />
          ))
        : null}
    </div>
  )
}
