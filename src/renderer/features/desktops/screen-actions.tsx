import { ActionIcon } from '@mantine/core'
import { AppWindow, CalendarClock, Share2 } from 'lucide-react'
import type { Desktop } from '../../../../contract/desktops.ts'
import { useMessages } from '../../ui/text.ts'
import type { DesktopActions } from './actions.tsx'
import { TimeLeftBar } from './facts.tsx'
import { desktopsMessages } from './messages.ts'
import styles from './session.module.css'

/** What can be done with a desktop from its screen's bar: its time first, since it may run out. */
export function ScreenActions(props: { desktop: Desktop; alone: boolean; actions: DesktopActions }) {
  const { desktop, alone, actions } = props
  const say = useMessages(desktopsMessages)
  return (
    <>
      <span className={styles.left}>
        <TimeLeftBar desktop={desktop} />
      </span>
      <ActionIcon aria-label={say('extend')} title={say('extend')} onClick={() => actions.ask(desktop, 'extend')}>
        <CalendarClock size={15} aria-hidden />
      </ActionIcon>
      <ActionIcon aria-label={say('share')} title={say('share')} onClick={() => actions.ask(desktop, 'share')}>
        <Share2 size={15} aria-hidden />
      </ActionIcon>
      {alone ? null : (
        <ActionIcon aria-label={say('ownWindow')} title={say('ownWindow')} onClick={() => actions.openOwn(desktop)}>
          <AppWindow size={15} aria-hidden />
        </ActionIcon>
      )}
    </>
  )
}
