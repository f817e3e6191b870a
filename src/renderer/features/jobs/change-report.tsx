import { Button, CloseButton } from '@mantine/core'
import { CircleAlert, Check } from 'lucide-react'
import { useExplain } from '../../app/errors.ts'
import { useMessages } from '../../ui/text.ts'
import type { Report } from './actions.ts'
import { listMessages } from './list-messages.ts'
import styles from './jobs.module.css'

/** Refused jobs named with their reason; the others are counted. */
const named = 6

/** What became of a change: how many did it, each that was refused with the reason, and the way back. */
export function ChangeReport(props: { report: Report; onUndo: (() => void) | undefined; onClose: () => void }) {
  const { report, onUndo, onClose } = props
  const say = useMessages(listMessages)
  const explain = useExplain()
  const { action, done, refused } = report
  const count = done.length
  const said =
    action === 'time-limit' || action === 'nice' ? say(`report.${action}`) : say(`report.${action}`, { count })
  const Icon = refused.length > 0 ? CircleAlert : Check
  return (
    <div className={styles.report} data-tone={refused.length > 0 ? 'bad' : 'good'} role="status">
      <Icon size={15} aria-hidden />
      <div className={styles.reportText}>
        {count === 0 ? null : <span>{said}</span>}
        {refused.length === 0 ? null : (
          <>
            <span> {say('report.refused', { count: refused.length })}</span>
            <ul>
              {refused.slice(0, named).map(({ id, name, reason }) => (
                <li key={id}>
                  {name} <code>{id}</code> – {typeof reason === 'string' ? reason : explain(reason).title}
                </li>
              ))}
              {refused.length > named ? <li>{say('report.more', { count: refused.length - named })}</li> : null}
            </ul>
          </>
        )}
      </div>
      {onUndo === undefined ? null : (
        <Button variant="default" size="compact-sm" onClick={onUndo}>
          {say('report.undo')}
        </Button>
      )}
      <CloseButton size="sm" aria-label={say('report.close')} onClick={onClose} />
    </div>
  )
}
