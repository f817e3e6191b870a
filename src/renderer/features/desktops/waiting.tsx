import { Button } from '@mantine/core'
import type { Desktop } from '../../../../contract/desktops.ts'
import { siteAnswers } from '../../../../contract/site-answers.ts'
import { navigate } from '../../app/router.ts'
import { useSite } from '../../app/site-context.ts'
import { useFormat } from '../../ui/format.ts'
import { useMessages } from '../../ui/text.ts'
import { pendingMessages } from '../jobs/pending-messages.ts'
import { pendingCause } from '../jobs/pending.ts'
import { useNow } from '../../ui/use-now.ts'
import { useChoices } from '../preflight/store.ts'
import { desktopsMessages } from './messages.ts'
import { otherPartitions, waitsLong } from './model.ts'
import styles from './desktops.module.css'

/** Partitions named in a hint. */
const named = 3

/** Why a desktop waits and when it is expected to start; with `full` what could help, and the scheduler's own word. */
export function Waiting({ desktop, full = false }: { desktop: Desktop; full?: boolean }) {
  const say = useMessages(desktopsMessages)
  const sayPending = useMessages(pendingMessages)
  const format = useFormat()
  const now = useNow(true)
  const cause = pendingCause(desktop.reason)
  const { expectedStart } = desktop
  const waited = Math.max(0, (now - Date.parse(desktop.submittedAt)) / 1000)
  return (
    <>
      <p className={styles.reason}>{sayPending(cause)}</p>
      {full ? <p>{sayPending(`${cause}.try`)}</p> : null}
      <p className={styles.dim}>
        {[
          expectedStart === undefined
            ? say('waits.since', { time: format.duration(waited) })
            : say('waits.expected', { when: format.time(expectedStart) }),
          ...(full && desktop.reason !== undefined && desktop.reason !== ''
            ? [sayPending('word', { reason: desktop.reason })]
            : []),
        ].join(' · ')}
      </p>
      {waitsLong(desktop, now) ? <LongQueue desktop={desktop} full={full} /> : null}
    </>
  )
}

/** That the queue is long, and where else there might be room. */
function LongQueue({ desktop, full }: { desktop: Desktop; full: boolean }) {
  const say = useMessages(desktopsMessages)
  const site = useSite()
  const choices = useChoices(site.id, siteAnswers(site.connection))
  const others = otherPartitions(desktop, choices?.partitions ?? [])
  const names = others.map(({ name }) => name)
  const listed = names.slice(0, named).join(', ') + (names.length > named ? ' …' : '')
  return (
    <div className={styles.long}>
      <p>
        {say('waits.long')}{' '}
        {names.length === 0 ? say('waits.shorter') : say('waits.other', { count: names.length, names: listed })}
      </p>
      {names.length === 0 ? null : (
        <Button
          variant="default"
          size="compact-xs"
          title={say('waits.elsewhereHint')}
          onClick={() => navigate({ page: 'new-desktop', from: desktop.id })}
        >
          {say('waits.elsewhere')}
        </Button>
      )}
      {full && names.length > 0 ? <p className={styles.faint}>{say('waits.elsewhereHint')}</p> : null}
    </div>
  )
}
