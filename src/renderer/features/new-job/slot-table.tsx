import { CircleAlert, CircleCheck, CircleDashed } from 'lucide-react'
import type { FileSlot } from '../../../../contract/templates.ts'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { newJobMessages } from './messages.ts'
import { slotStatus, type SlotFile, type SlotStatus } from './slots.ts'
import styles from './form.module.css'

function Status({ status }: { status: SlotStatus<SlotFile> }) {
  const say = useMessages(newJobMessages)
  const { slot, files, missing, surplus } = status
  if (missing > 0) return <span className={styles.needed}>{say('slot.missing', { count: missing })}</span>
  if (surplus > 0) return <span className={styles.problem}>{say('slot.surplus', { count: surplus })}</span>
  if (files.length === 0) return <span className={styles.faint}>{say('slot.optional')}</span>
  return <span className={styles.faint}>{say('slot.satisfied', { count: files.length, max: slot.max })}</span>
}

/** What the template needs, slot by slot: label, what it accepts, whether it has it. */
export function SlotTable({ slots, files }: { slots: readonly FileSlot[]; files: readonly SlotFile[] }) {
  const say = useMessages(newJobMessages)
  const language = useLanguage()
  if (slots.length === 0) return null
  return (
    <ul className={styles.slots} aria-label={say('files.needs')}>
      {slotStatus(slots, files).map((status) => {
        const { slot, missing, surplus } = status
        const [Icon, tone] =
          surplus > 0
            ? ([CircleAlert, 'bad'] as const)
            : missing > 0
              ? ([CircleDashed, 'wait'] as const)
              : status.files.length === 0
                ? ([CircleDashed, 'idle'] as const)
                : ([CircleCheck, 'good'] as const)
        const names = status.files.map(({ name }) => name).join(', ')
        return (
          <li key={slot.key} className={styles.slot} data-slot={slot.key}>
            <Icon size={15} aria-hidden data-tone={tone} className={styles.slotIcon} />
            <span className={styles.slotLabel}>{textIn(slot.label, language)}</span>
            <code className={styles.accept}>{slot.accept.length === 0 ? say('files.any') : slot.accept.join(' ')}</code>
            <span className={styles.slotHelp} title={names}>
              {names !== '' ? names : slot.help === undefined ? null : textIn(slot.help, language)}
            </span>
            <Status status={status} />
          </li>
        )
      })}
    </ul>
  )
}
