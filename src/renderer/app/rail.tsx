import { Tooltip, UnstyledButton } from '@mantine/core'
import {
  LayoutTemplate,
  ListChecks,
  Monitor,
  PanelLeftClose,
  PanelLeftOpen,
  Send,
  Server,
  Settings as SettingsIcon,
  SquareTerminal,
  Upload,
  type LucideIcon,
  Workflow,
} from 'lucide-react'
import { useUnsent } from '../features/outbox/store.ts'
import { settingsStore, useSettings } from '../features/settings/store.ts'
import { AccountMenu } from '../features/sites/account-menu.tsx'
import { useActiveSite } from '../features/sites/store.ts'
import { useMessages } from '../ui/text.ts'
import { appMessages } from './messages.ts'
import { hrefOf, useRoute, type Page } from './router.ts'
import styles from './rail.module.css'

type RailPage = Extract<
  Page,
  'jobs' | 'workflows' | 'templates' | 'uploads' | 'desktops' | 'nodes' | 'outbox' | 'terminal' | 'settings'
>

const above: readonly { page: RailPage; icon: LucideIcon; also?: readonly Page[] }[] = [
  { page: 'jobs', icon: ListChecks, also: ['compare'] },
  { page: 'workflows', icon: Workflow },
  { page: 'templates', icon: LayoutTemplate, also: ['template-editor', 'new-job'] },
  { page: 'uploads', icon: Upload },
  { page: 'desktops', icon: Monitor, also: ['new-desktop'] },
  { page: 'nodes', icon: Server },
  { page: 'outbox', icon: Send },
]
/** Only where there is an SSH session to open one on. */
const terminal: (typeof above)[number] = { page: 'terminal', icon: SquareTerminal }

/** More than this is said as `99+`. */
const mostCounted = 99

/** The left rail: where one can go. Collapsed to icons it keeps its names as tooltips. */
export function Rail() {
  const say = useMessages(appMessages)
  const route = useRoute()
  const collapsed = useSettings().railCollapsed
  const ssh = useActiveSite()?.url.startsWith('ssh://') === true
  const update = settingsStore.use((state) => state.update)
  const Toggle = collapsed ? PanelLeftOpen : PanelLeftClose
  const unsent = useUnsent()
  const nameOf = (page: RailPage): string =>
    page !== 'outbox' || unsent.count === 0
      ? say(page)
      : say(unsent.urgent === 0 ? 'outboxWaits' : 'outboxNeedsYou', unsent)
  const entry = (page: RailPage, Icon: LucideIcon, also: readonly Page[] = []) => (
    <Tooltip key={page} label={nameOf(page)} position="right" disabled={!collapsed}>
      <a
        href={hrefOf({ page })}
        className={styles.entry}
        aria-current={route.page === page || also.includes(route.page) ? 'page' : undefined}
        // What waits stands in it as a number, which says little by itself.
        aria-label={collapsed || nameOf(page) === say(page) ? nameOf(page) : undefined}
        aria-description={nameOf(page) === say(page) ? undefined : nameOf(page)}
      >
        <Icon size={17} strokeWidth={1.8} aria-hidden />
        <span className={styles.label}>{say(page)}</span>
        {page !== 'outbox' || unsent.count === 0 ? null : (
          <span className={styles.badge} data-urgent={unsent.urgent > 0 || undefined}>
            {unsent.count > mostCounted ? `${mostCounted}+` : unsent.count}
          </span>
        )}
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
