import { Anchor } from '@mantine/core'
import { useEffect, useState } from 'react'
import { siteAnswers } from '../../../../contract/site-answers.ts'
import type { Site } from '../../../../contract/sites.ts'
import { hrefOf, navigate, type RouteOf } from '../../app/router.ts'
import { useServices } from '../../app/services.tsx'
import { useQuery } from '../../app/use-query.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { uiMessages } from '../../ui/messages.ts'
import { useMessages } from '../../ui/text.ts'
import { settingsStore } from '../settings/store.ts'
import { AddSiteForm, SiteFormView, useSending } from './add-site-form.tsx'
import { isSsh } from './address.ts'
import { ConnectCard } from './connect-card.tsx'
import { sitesMessages } from './messages.ts'
import { SignInForm } from './sign-in-form.tsx'
import { formOf } from './site-form.ts'
import { SiteList } from './site-list.tsx'
import { ConnectionBadge } from './site-state.tsx'
import { sitesStore, useSites } from './store.ts'
import styles from './sites.module.css'

/** `#/sites` lists them, `#/sites/add` adds one, `#/sites/<id>` connects or signs in to one, `…/edit` changes it. */
export default function SitesPage({ route }: { route: RouteOf<'sites'> }) {
  const sites = useSites()
  const enter = useEnter()
  const { info } = useServices()
  if (sites === undefined) return null
  const site = route.id === undefined ? undefined : sites.get(route.id)
  if (site !== undefined && route.edit === true) return <EditCard key={site.id} site={site} />
  if (site !== undefined) return <SiteCard key={site.id} site={site} onReady={() => enter(site)} />
  if (sites.size === 0 && info.localSite !== undefined) return <LocalSite url={info.localSite.url} />
  if (route.add === true || sites.size === 0) return <AddCard />
  return <SiteList sites={[...sites.values()]} />
}

/** Makes a site the one that the window shows, and leaves the pages about sites. */
function useEnter(): (site: Pick<Site, 'id'>) => void {
  const update = settingsStore.use((state) => state.update)
  return ({ id }) => {
    update({ activeSite: id })
    if (location.hash.startsWith('#/sites')) navigate({ page: 'templates' }, { replace: true })
  }
}

function Card(props: { title: string; wide?: true; children: React.ReactNode }) {
  const say = useMessages(sitesMessages)
  return (
    <div className={styles.stage}>
      <section className={styles.card} data-wide={props.wide} aria-label={props.title}>
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

function SiteCard({ site, onReady }: { site: Site; onReady: () => void }) {
  const say = useMessages(sitesMessages)
  if (isSsh(site.url))
    return (
      <Card title={say('connect.title', { name: site.name })}>
        <ConnectCard site={site} onReady={onReady} />
      </Card>
    )
  return (
    <Card title={say('signIn.title', { name: site.name })}>
      <p className={styles.where}>
        <span className="mono">{site.url}</span>
        <ConnectionBadge site={site} plain />
      </p>
      <SignInForm site={site} onSignedIn={onReady} />
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
    add({ url, name }).then(
      (site) => navigate({ page: 'sites', id: site.id }, { replace: true }),
      () => setFailed(true),
    )
  }, [add, url, name])
  return failed ? <AddCard /> : <Skeleton />
}

function AddCard() {
  const say = useMessages(sitesMessages)
  const enter = useEnter()
  return (
    <Card title={say('add')} wide>
      <AddSiteForm
        onAdded={(site) =>
          isSsh(site.url) && site.user !== undefined && siteAnswers(site.connection)
            ? enter(site)
            : navigate({ page: 'sites', id: site.id }, { replace: true })
        }
      />
    </Card>
  )
}

const leave = () => navigate({ page: 'sites' })

function EditCard({ site }: { site: Site }) {
  const say = useMessages(sitesMessages)
  const sayUi = useMessages(uiMessages)
  const update = sitesStore.use((state) => state.update)
  const { data } = useQuery('sites', 'configuredHosts', {}, '')
  const sending = useSending(async (input) => {
    await update({ site: site.id, ...input })
    leave()
  })
  return (
    <Card title={say('edit.title', { name: site.name })} wide>
      <SiteFormView
        {...sending}
        initial={formOf(site)}
        hosts={data?.hosts ?? []}
        action={say('save')}
        onCancel={{ label: sayUi('cancel'), run: leave }}
      />
    </Card>
  )
}
