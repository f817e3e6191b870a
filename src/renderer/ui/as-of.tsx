import { History } from 'lucide-react'
import { asOfText } from './as-of-text.ts'
import { useFormat } from './format.ts'
import { useLanguage } from './text.ts'
import { useClock } from './use-now.ts'
import styles from './as-of.module.css'

/** How old what is shown is, at the head of it; nothing while it is fresh. */
export function AsOf({ asOf }: { asOf: string | undefined }) {
  return asOf === undefined ? null : <Aged asOf={asOf} />
}

function Aged({ asOf }: { asOf: string }) {
  const language = useLanguage()
  const format = useFormat()
  const text = asOfText(asOf, language, useClock(true))
  if (text === undefined) return null
  return (
    <time className={styles.asOf} dateTime={asOf} title={format.absolute(asOf)}>
      <History size={13} aria-hidden />
      {text}
    </time>
  )
}
