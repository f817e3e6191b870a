import { ActionIcon, Button, Menu } from '@mantine/core'
import {
  Activity,
  ArrowLeftRight,
  Ellipsis,
  Package,
  Pencil,
  Plug,
  SquareTerminal,
  Trash2,
  Unplug,
  type LucideIcon,
} from 'lucide-react'
import { siteAnswers } from '../../../../contract/site-answers.ts'
import type { Site } from '../../../../contract/sites.ts'
import { AppError } from '../../app/app-error.tsx'
import { navigate } from '../../app/router.ts'
import { useMessages } from '../../ui/text.ts'
import { settingsStore } from '../settings/store.ts'
import { isSsh, shownAddress } from './address.ts'
import { AgentLine } from './agent-line.tsx'
import { sitesMessages } from './messages.ts'
import { canDisconnect, nextAction, useSiteActions } from './site-actions.ts'
import { SiteState } from './site-state.tsx'
import styles from './sites.module.css'

export interface RowDialogs {
  onTest: (site: Site) => void
  onUninstall: (site: Site) => void
  onForget: (site: Site) => void
}

const actionWords = {
  use: 'use',
  'sign-in': 'signIn.action',
  connect: 'connect',
  again: 'again',
  'try-now': 'banner.tryNow',
  stop: 'stop',
} as const

/** Who is signed in; of an SSH site without a user its state says more. */
function SignedInLine({ site: { url, user } }: { site: Site }) {
  const say = useMessages(sitesMessages)
  if (user !== undefined) return <span>{say('signedInAs', { name: user.username })}</span>
  return isSsh(url) ? null : <span>{say('notSignedIn')}</span>
}

/** A site in the list: what it is, how it is, the next step, and all else in a menu. */
export function SiteRow({ site, active, ...dialogs }: RowDialogs & { site: Site; active: boolean }) {
  const say = useMessages(sitesMessages)
  const act = useSiteActions()
  const action = nextAction(site)
  const inUse = active && action === 'use'
  return (
    <li className={styles.item}>
      <div className={styles.itemWords}>
        <strong>{site.name}</strong>
        <span className="mono" title={shownAddress(site.url)}>
          {shownAddress(site.url)}
        </span>
        <SignedInLine site={site} />
        <AgentLine agent={site.agent} />
      </div>
      <SiteState site={site} />
      <Button variant="default" disabled={inUse} onClick={() => act(site, action)}>
        {say(inUse ? 'inUse' : actionWords[action])}
      </Button>
      <SiteMenu site={site} {...dialogs} />
      <SiteError site={site} />
    </li>
  )
}

/** Why the last try failed; the row's own button is the next step. */
function SiteError({ site }: { site: Site }) {
  const { connection, agent } = site
  const error = agent?.state === 'failed' ? (agent.error ?? connection.error) : connection.error
  if (error === undefined || connection.state === 'connecting' || connection.state === 'starting') return null
  if (siteAnswers(connection) && agent?.state !== 'failed') return null
  return (
    <div className={styles.itemError}>
      <AppError error={error} />
    </div>
  )
}

type MenuWord = 'connect' | 'disconnect' | 'test' | 'edit' | 'terminal' | 'forwards' | 'uninstall'

function SiteMenu({ site, onTest, onUninstall, onForget }: RowDialogs & { site: Site }) {
  const say = useMessages(sitesMessages)
  const act = useSiteActions()
  const update = settingsStore.use((state) => state.update)
  const item = (key: MenuWord, Icon: LucideIcon, run: () => void) => (
    <Menu.Item leftSection={<Icon size={14} aria-hidden />} onClick={run}>
      {say(key)}
    </Menu.Item>
  )
  const go = (page: 'terminal' | 'forwards') => () => {
    update({ activeSite: site.id })
    navigate({ page })
  }
  const ssh = isSsh(site.url)
  const removable = ssh && site.agent?.mode !== 'site' && siteAnswers(site.connection)
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon aria-label={say('more', { name: site.name })}>
          <Ellipsis size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {!ssh
          ? null
          : canDisconnect(site)
            ? item('disconnect', Unplug, () => act(site, 'disconnect'))
            : item('connect', Plug, () => act(site, 'connect'))}
        {item('test', Activity, () => onTest(site))}
        {site.local ? null : item('edit', Pencil, () => navigate({ page: 'sites', id: site.id, edit: true }))}
        {ssh ? (
          <>
            <Menu.Divider />
            {item('terminal', SquareTerminal, go('terminal'))}
            {item('forwards', ArrowLeftRight, go('forwards'))}
          </>
        ) : null}
        <Menu.Divider />
        {removable ? item('uninstall', Package, () => onUninstall(site)) : null}
        <Menu.Item color="red" leftSection={<Trash2 size={14} aria-hidden />} onClick={() => onForget(site)}>
          {say('forget')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
