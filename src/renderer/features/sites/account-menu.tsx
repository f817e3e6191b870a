import { Menu, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { LogOut } from 'lucide-react'
import { navigate } from '../../app/router.ts'
import { useMessages } from '../../ui/text.ts'
import { isSsh } from './address.ts'
import { sitesMessages } from './messages.ts'
import { sitesStore, useActiveSite } from './store.ts'
import styles from './sites.module.css'

/** Who is signed in to the active site, and the way out. */
export function AccountMenu({ collapsed }: { collapsed: boolean }) {
  const say = useMessages(sitesMessages)
  const site = useActiveSite()
  const signOut = sitesStore.use((state) => state.signOut)
  const disconnect = sitesStore.use((state) => state.disconnect)
  const user = site?.user
  if (site === undefined || user === undefined) return null
  // Who signs in by SSH alone leaves by ending that session.
  const bySsh = isSsh(site.url) && site.agent?.mode !== 'site'
  const leave = async () => {
    await (bySsh ? disconnect(site.id) : signOut(site.id))
    navigate({ page: 'sites', id: site.id })
  }
  return (
    <Menu position="right-end" width={240}>
      <Menu.Target>
        <UnstyledButton className={styles.account}>
          <VisuallyHidden>{say('account')}</VisuallyHidden>
          <span className={styles.avatar} aria-hidden>
            {user.username.slice(0, 1)}
          </span>
          {collapsed ? (
            <VisuallyHidden>{user.username}</VisuallyHidden>
          ) : (
            <span className={styles.name}>{user.username}</span>
          )}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user.email === '' ? user.username : user.email}</Menu.Label>
        {user.groups.length === 0 ? null : <Menu.Label>{say('groups', { groups: user.groups.join(', ') })}</Menu.Label>}
        <Menu.Item leftSection={<LogOut size={14} aria-hidden />} onClick={() => void leave()}>
          {bySsh ? say('disconnectFrom', { name: site.name }) : say('signOut', { name: site.name })}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
