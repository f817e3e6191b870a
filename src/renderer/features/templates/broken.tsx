import type { BrokenTemplate } from '../../../../contract/templates.ts'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useMessages } from '../../ui/text.ts'
import { templatesMessages } from './messages.ts'
import styles from './templates.module.css'

/** Template files that could not be read: file, line and reason of each. */
export function Broken({ broken }: { broken: readonly BrokenTemplate[] }) {
  const say = useMessages(templatesMessages)
  if (broken.length === 0) return null
  return (
    <ErrorNote
      tone="wait"
      title={say('broken.title', { count: broken.length })}
      text={say('broken.text')}
      details={
        <ul className={styles.broken}>
          {broken.map(({ file, line, reason, visibility }) => (
            <li key={`${visibility}/${file}`}>
              <code>{say('broken.at', { file, line })}</code>
              <span>{reason}</span>
            </li>
          ))}
        </ul>
      }
    />
  )
}
