import { Anchor, Button } from '@mantine/core'
import { Plus } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Site } from '../../../../contract/sites.ts'
import { hrefOf, navigate, type RouteOf } from '../../app/router.ts'
import { useServices } from '../../app/services.tsx'
import { ConfirmByName } from '../../ui/confirm-by-name.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { useMessages } from '../../ui/text.ts'
import { settingsStore } from '../settings/store.ts'
import { AddSiteForm } from './add-site-form.tsx'
import { sitesMessages } from './messages.ts'
import { SignInForm } from './sign-in-form.tsx'
import { sitesStore, useActiveSite, useSites } from './store.ts'
import styles from './sites.module.css'

/** `#/sites` lists them, `#/sites/add` adds one, `#/sites/<id>` signs in to one. */
export default function SitesPage({ route }: { route: RouteOf<'sites'> }) {
  const sites = useSites()
  const update = settingsStore.use((state) => state.update)
  const { info } = useServices()
  if (sites === undefined) return null
  const site = route.id === undefined ? undefined : sites.get(route.id)
  if (site !== undefined)
    return (
      <SignInCard
        site={site}
        onSignedIn={() => {
          update({ activeSite: site.id })
          if (location.hash.startsWith('#/sites')) navigate({ page: 'templates' }, { replace: true })
        }}
      />
    )
  if (sites.size === 0 && info.localSite !== undefined) return <LocalSite url={info.localSite.url} />
  if (route.add === true || sites.size === 0) return <AddCard />
  return <SiteList sites={[...sites.values()]} />
}

function Card(props: { title: string; children: React.ReactNode }) {
  const say = useMessages(sitesMessages)
  return (
    <div className={styles.stage}>
      <section className={styles.card} aria-label={props.title}>
        <div className={styles.brand}>
          <img src="./favicon.svg" width={32} height={32} alt="" />
          <div>
            <strong>{'Headway'}</strong>
            <span>{say('signIn.welcome')}</span>
          </div>
        </div>
        <h1 className={styles.cardTitle}>{props.title}</h1>
        {props.children}
      </section>
    </div>
  )
}

function SignInCard({ site, onSignedIn }: { site: Site; onSignedIn: () => void }) {
  const say = useMessages(sitesMessages)
  return (
    <Card title={say('signIn.title', { name: site.name })}>
      <p className={styles.where}>
        <span className="mono">{site.url}</span>
        <StateBadge state={site.connection.state} plain />
      </p>
      <SignInForm key={site.id} site={site} onSignedIn={onSignedIn} />
      <Anchor size="sm" href={hrefOf({ page: 'sites', add: true })}>
        {say('signIn.other')}
      </Anchor>
    </Card>
  )
}

/** The site that was started with Headway needs no typing: it is added, and the form to sign in follows. */
function LocalSite({ url }: { url: string }) {
  const say = useMessages(sitesMessages)
  const add = sitesStore.use((state) => state.add)
  const [failed, setFailed] = useState(false)
  const name = say('localName')
  useEffect(() => {
    add(url, name).then(
      (site) => navigate({ page: 'sites', id: site.id }, { replace: true }),
      () => setFailed(true),
    )
  }, [add, url, name])
  return failed ? <AddCard /> : <Skeleton />
}

function AddCard() {
  const say = useMessages(sitesMessages)
  return (
    <Card title={say('add')}>
      <AddSiteForm onAdded={(site) => navigate({ page: 'sites', id: site.id }, { replace: true })} />
    </Card>
  )
}

function SiteList({ sites }: { sites: readonly Site[] }) {
  const say = useMessages(sitesMessages)
  const active = useActiveSite()
  const update = settingsStore.use((state) => state.update)
  const remove = sitesStore.use((state) => state.remove)
  const [removing, setRemoving] = useState<Site>()
  return (
    <>
      <PageHeader title={say('title')} note={say('note')}>
        <Button leftSection={<Plus size={14} aria-hidden />} onClick={() => navigate({ page: 'sites', add: true })}>
          {say('add')}
        </Button>
      </PageHeader>
      <ul className={styles.list}>
        {sites.map((site) => (
          <li key={site.id} className={styles.item}>
            <div className={styles.itemWords}>
              <strong>{site.name}</strong>
              <span className="mono">{site.url}</span>
              <span>
                {site.user === undefined ? say('notSignedIn') : say('signedInAs', { name: site.user.username })}
              </span>
            </div>
            <StateBadge state={site.connection.state} />
            {site.user === undefined ? (
              <Button variant="default" onClick={() => navigate({ page: 'sites', id: site.id })}>
                {say('signIn.action')}
              </Button>
            ) : (
              <Button
                variant="default"
                disabled={active?.id === site.id}
                onClick={() => update({ activeSite: site.id })}
              >
                {say(active?.id === site.id ? 'inUse' : 'use')}
              </Button>
            )}
            <Button variant="subtle" color="red" onClick={() => setRemoving(site)}>
              {say('remove')}
            </Button>
          </li>
        ))}
      </ul>
      {removing === undefined ? null : (
        <ConfirmByName
          title={say('remove.title', { name: removing.name })}
          text={say('remove.text')}
          name={removing.name}
          action={say('remove')}
          onConfirm={() => remove(removing.id)}
          onClose={() => setRemoving(undefined)}
        />
      )}
    </>
  )
}
