import { Button } from '@mantine/core'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { Site } from '../../../../contract/sites.ts'
import { navigate } from '../../app/router.ts'
import { ConfirmByName } from '../../ui/confirm-by-name.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useMessages } from '../../ui/text.ts'
import { isSsh } from './address.ts'
import { sitesMessages } from './messages.ts'
import { SiteRow } from './site-row.tsx'
import { sitesStore, useActiveSite } from './store.ts'
import { TestDialog } from './test-dialog.tsx'
import { UninstallDialog } from './uninstall-dialog.tsx'
import styles from './sites.module.css'

type Asked = { about: 'test' | 'uninstall' | 'forget'; site: Site }

export function SiteList({ sites }: { sites: readonly Site[] }) {
  const say = useMessages(sitesMessages)
  const active = useActiveSite()
  const remove = sitesStore.use((state) => state.remove)
  const [asked, setAsked] = useState<Asked>()
  const close = () => setAsked(undefined)
  const ask = (about: Asked['about']) => (site: Site) => setAsked({ about, site })
  return (
    <>
      <PageHeader title={say('title')} note={say('note')}>
        <Button leftSection={<Plus size={14} aria-hidden />} onClick={() => navigate({ page: 'sites', add: true })}>
          {say('add')}
        </Button>
      </PageHeader>
      <ul className={styles.list}>
        {sites.map((site) => (
          <SiteRow
            key={site.id}
            site={site}
            active={active?.id === site.id}
            onTest={ask('test')}
            onUninstall={ask('uninstall')}
            onForget={ask('forget')}
          />
        ))}
      </ul>
      {asked?.about === 'test' ? (
        <TestDialog name={asked.site.name} target={targetOf(asked.site)} onClose={close} />
      ) : null}
      {asked?.about === 'uninstall' ? <UninstallDialog site={asked.site} onClose={close} /> : null}
      {asked?.about === 'forget' ? (
        <ConfirmByName
          title={say('forget.title', { name: asked.site.name })}
          text={`${say('forget.text')}${isSsh(asked.site.url) ? ` ${say('forget.ssh')}` : ''}`}
          name={asked.site.name}
          action={say('forget.action')}
          onConfirm={() => remove(asked.site.id)}
          onClose={close}
        />
      ) : null}
    </>
  )
}

const targetOf = ({ url, name, ssh, https }: Site) => ({
  url,
  name,
  ...(ssh === undefined ? {} : { ssh }),
  ...(https === undefined ? {} : { https }),
})
