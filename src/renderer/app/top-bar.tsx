import { UnstyledButton } from '@mantine/core'
import { Search } from 'lucide-react'
import { NotificationBell } from '../features/notifications/bell.tsx'
import { SiteSwitcher } from '../features/sites/site-switcher.tsx'
import { TaskTray } from '../features/tasks/tray.tsx'
import { useMessages } from '../ui/text.ts'
import { appMessages } from './messages.ts'
import styles from './frame.module.css'

const isMac = navigator.userAgent.includes('Mac')

/** The top bar: which site and how well it is reached, search and commands, the long work. */
export function TopBar({ onSearch }: { onSearch: () => void }) {
  const say = useMessages(appMessages)
  return (
    <header className={styles.topBar}>
      <SiteSwitcher />
      <UnstyledButton className={styles.search} onClick={onSearch} aria-haspopup="dialog">
        <Search size={14} aria-hidden />
        <span>{say('palette.open')}</span>
        <kbd aria-hidden>{isMac ? '⌘K' : 'Ctrl K'}</kbd>
      </UnstyledButton>
      <div className={styles.spacer} />
      <TaskTray />
      <NotificationBell />
    </header>
  )
}
