import type { Desktop } from '../../../../contract/desktops.ts'
import { useMessages } from '../../ui/text.ts'
import { plainLine } from '../jobs/plain-line.ts'
import { desktopEndMessages } from './end-messages.ts'
import styles from './desktops.module.css'

/** Why a desktop is over and what to try, with what it said last folded away. */
export function EndWords({ desktop }: { desktop: Desktop }) {
  const say = useMessages(desktopEndMessages)
  const { kind, detail = '' } = desktop.end ?? { kind: 'lost' as const }
  const lines = detail
    .split('\n')
    .map(plainLine)
    .filter((line) => line.trim() !== '')
  return (
    <div className={styles.end}>
      <p>
        <span className={styles.reason}>{say(kind)}</span> {say(`${kind}.try`)}
      </p>
      {lines.length === 0 ? null : (
        <details>
          <summary>{say('detail')}</summary>
          <pre tabIndex={0} aria-label={say('detail')}>
            {lines.join('\n')}
          </pre>
        </details>
      )}
    </div>
  )
}
