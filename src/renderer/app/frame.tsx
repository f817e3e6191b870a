import { useHotkeys } from '@mantine/hooks'
import { lazy, Suspense, useEffect, useRef, useState, type ComponentType } from 'react'
import type { Site } from '../../../contract/sites.ts'
import { SentNote } from '../features/outbox/sent-note.tsx'
import { ConnectionBanner } from '../features/sites/banner.tsx'
import { SiteQuestions } from '../features/sites/questions.tsx'
import { sitesStore, useActiveSite, useSites } from '../features/sites/store.ts'
import { ErrorNote } from '../ui/error-note.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { useMessages } from '../ui/text.ts'
import { ErrorBoundary } from './error-boundary.tsx'
import { appMessages } from './messages.ts'
import { pages } from './pages.tsx'
import { Palette } from './palette.tsx'
import { Rail } from './rail.tsx'
import { hrefOf, useRoute, type Page, type Route } from './router.ts'
import { useServices } from './services.tsx'
import { SiteContext } from './site-context.ts'
import { TopBar } from './top-bar.tsx'
import styles from './frame.module.css'

// Not on the first screen: nothing is dropped before it is seen.
const UploadsEverywhere = lazy(() => import('../features/uploads/everywhere.tsx'))

/** What the window is called at each place, in its title bar and in the history. */
const titles = {
  jobs: 'jobs',
  compare: 'jobs',
  templates: 'templates',
  'template-editor': 'templates',
  'new-job': 'newJob',
  workflows: 'workflows',
  uploads: 'uploads',
  desktops: 'desktops',
  'desktop-window': 'desktops',
  'new-desktop': 'newDesktop',
  nodes: 'nodes',
  outbox: 'outbox',
  settings: 'settings',
  sites: 'sites',
  terminal: 'terminal',
  forwards: 'forwards',
} as const satisfies Record<Page, string>

/** Pages that make sense without a site to work with. */
const siteless: readonly Route['page'][] = ['settings', 'sites', 'outbox']
/** Pages that need a site's SSH session and not its agent. */
const overSsh: readonly Route['page'][] = ['terminal', 'forwards']

const windowSiteKey = 'headway.window.site'

/** The active site; in a window of one desktop's own (`alone`) the one it was opened on, whichever the others show later. */
function useShownSite(alone: boolean): Site | undefined {
  const active = useActiveSite()
  const sites = useSites()
  const [own, setOwn] = useState(() => sessionStorage.getItem(windowSiteKey) ?? undefined)
  const id = active?.id
  if (alone && own === undefined && id !== undefined) setOwn(id)
  useEffect(() => {
    if (own !== undefined) sessionStorage.setItem(windowSiteKey, own)
  }, [own])
  return (alone && own !== undefined ? sites?.get(own) : undefined) ?? active
}

/** The page of a route; without a site that was ever signed in to, the way to sign in takes its place. */
function CurrentPage({ route }: { route: Route }) {
  const site = useShownSite(route.page === 'desktop-window')
  const known = sitesStore.use((state) => state.sites !== undefined)
  const entered = sitesStore.use((state) => site !== undefined && state.entered.has(site.id))
  const user = sitesStore.use((state) => (site === undefined ? undefined : state.users.get(site.id)))
  if (!known) return <Skeleton />
  const needsAgent = !siteless.includes(route.page) && !(overSsh.includes(route.page) && site?.url.startsWith('ssh://'))
  const shown: Route =
    !entered && needsAgent ? { page: 'sites', ...(site === undefined ? { add: true } : { id: site.id }) } : route
  const Page = pages[shown.page] as unknown as ComponentType<{ route: Route }>
  return (
    <SiteContext value={site}>
      {/* A page belongs to its site and user: switching either starts it anew. */}
      <Page key={siteless.includes(shown.page) || site === undefined ? '' : `${site.id} ${user}`} route={shown} />
    </SiteContext>
  )
}

function CoreBanner() {
  const { client } = useServices()
  const say = useMessages(appMessages)
  const [up, setUp] = useState(true)
  useEffect(() => client.onConnection((state) => setUp(state === 'up')), [client])
  return up ? null : <ErrorNote tone="wait" title={say('coreLost')} text={say('coreLostNext')} />
}

/** The window: rail, top bar, banners, one page. */
export function Frame() {
  const say = useMessages(appMessages)
  const route = useRoute()
  const main = useRef<HTMLElement>(null)
  const [palette, setPalette] = useState(false)
  useHotkeys([['mod+K', () => setPalette((open) => !open)]], [])
  const place = hrefOf(route)
  const title = say(titles[route.page])
  const alone = route.page === 'desktop-window'
  useEffect(() => {
    // A window of one desktop's own is called by its name.
    if (!alone) document.title = `${title} · Headway`
  }, [title, alone])
  const page = (
    <main className={styles.main} ref={main} tabIndex={-1}>
      <ErrorBoundary place={place}>
        <Suspense fallback={<Skeleton />}>
          <CurrentPage route={route} />
        </Suspense>
      </ErrorBoundary>
    </main>
  )
  if (alone)
    return (
      <div className={styles.right} data-alone>
        <CoreBanner />
        {page}
        <SiteQuestions />
      </div>
    )
  return (
    <div className={styles.frame}>
      <button type="button" className={styles.skip} onClick={() => main.current?.focus()}>
        {say('skip')}
      </button>
      <Rail />
      <div className={styles.right}>
        <TopBar onSearch={() => setPalette(true)} />
        <div className={styles.banner}>
          <CoreBanner />
          <ConnectionBanner />
        </div>
        {page}
      </div>
      <div className={styles.foot}>
        <SentNote />
        <Suspense fallback={null}>
          <UploadsEverywhere />
        </Suspense>
      </div>
      <SiteQuestions />
      {palette ? <Palette onClose={() => setPalette(false)} /> : null}
    </div>
  )
}
