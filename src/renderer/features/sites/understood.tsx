import { Check, Lock, TriangleAlert } from 'lucide-react'
import { useMessages } from '../../ui/text.ts'
import type { Understood } from './address.ts'
import { siteFormMessages } from './form-messages.ts'
import { understoodText } from './understood-text.ts'
import styles from './form.module.css'

/** The line below the field, said again as one types. */
export function UnderstoodLine({ is, jump, asked }: { is: Understood; jump: string; asked: boolean }) {
  const say = useMessages(siteFormMessages)
  const missing = is.kind === 'empty' && asked
  const wrong = is.kind === 'wrong' || missing
  const plainHttp = is.kind === 'https' && !is.secure
  const Icon = wrong || plainHttp ? TriangleAlert : is.kind === 'https' ? Lock : Check
  const text = missing ? say('wrong.empty') : understoodText(is, jump, say)
  return (
    <p className={styles.understood} data-tone={wrong ? 'bad' : plainHttp ? 'wait' : 'good'} aria-live="polite">
      {text === '' ? null : <Icon size={14} aria-hidden />}
      <span>{text}</span>
    </p>
  )
}
