import { Tooltip, UnstyledButton } from '@mantine/core'
import {
  LayoutTemplate,
  ListChecks,
  Monitor,
  PanelLeftClose,
  PanelLeftOpen,
  Server,
  Settings as SettingsIcon,
  SquareTerminal,
  Upload,
  type LucideIcon,
  Workflow,
} from 'lucide-react'
import { settingsStore, useSettings } from '../features/settings/store.ts'
import { AccountMenu } from '../features/sites/account-menu.tsx'
import { useActiveSite } from '../features/sites/store.ts'
import { useMessages } from '../ui/text.ts'
import { appMessages } from './messages.ts'
import { hrefOf, useRoute, type Page } from './router.ts'
import styles from './rail.module.css'

type RailPage = Extract<
  Page,
  'jobs' | 'workflows' | 'templates' | 'uploads' | 'desktops' | 'nodes' | 'terminal' | 'settings'
>

const above: readonly { page: RailPage; icon: LucideIcon; also?: readonly Page[] }[] = [
  { page: 'jobs', icon: ListChecks, also: ['compare'] },
  { page: 'workflows', icon: Workflow },
  { page: 'templates', icon: LayoutTemplate, also: ['template-editor', 'new-job'] },
  { page: 'uploads', icon: Upload },
  { page: 'desktops', icon: Monitor, also: ['new-desktop'] },
  { page: 'nodes', icon: Server },
]
/** Only where there is an SSH session to open one on. */
const terminal: (typeof above)[number] = { page: 'terminal', icon: SquareTerminal }

/** The left rail: where one can go. Collapsed to icons it keeps its names as tooltips. */
export function Rail() {
  const say = useMessages(appMessages)
  const route = useRoute()
  const collapsed = useSettings().railCollapsed
  const ssh = useActiveSite()?.url.startsWith('ssh://') === true
  const update = settingsStore.use((state) => state.update)
  const Toggle = collapsed ? PanelLeftOpen : PanelLeftClose
  const entry = (page: RailPage, Icon: LucideIcon, also: readonly Page[] = []) => (
    <Tooltip key={page} label={say(page)} position="right" disabled={!collapsed}>
      <a
        href={hrefOf({ page })}
        className={styles.entry}
        aria-current={route.page === page || also.includes(route.page) ? 'page' : undefined}
        aria-label={say(page)}
      >
        <Icon size={17} strokeWidth={1.8} aria-hidden />
        <span className={styles.label}>{say(page)}</span>
      </a>
    </Tooltip>
  )
  return (
    <nav className={styles.rail} data-collapsed={collapsed || undefined} aria-label={say('navigation')}>
      <a className={styles.brand} href={hrefOf({ page: 'jobs' })} aria-label="Headway" tabIndex={-1}>
        <img src="./favicon.svg" width={22} height={22} alt="" />
        <span className={styles.label} aria-hidden>
          {'Headway'}
        </span>
      </a>
      <div className={styles.group}>
        {[...above, ...(ssh ? [terminal] : [])].map(({ page, icon, also }) => entry(page, icon, also))}
      </div>
      <div className={styles.group}>
        {entry('settings', SettingsIcon)}
        <AccountMenu collapsed={collapsed} />
        <UnstyledButton
          className={styles.entry}
          onClick={() => update({ railCollapsed: !collapsed })}
          aria-label={say(collapsed ? 'expand' : 'collapse')}
        >
          <Toggle size={17} strokeWidth={1.8} aria-hidden />
          <span className={styles.label}>{say('collapse')}</span>
        </UnstyledButton>
      </div>
    </nav>
  )
}
