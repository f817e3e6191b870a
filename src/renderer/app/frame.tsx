import { useHotkeys } from '@mantine/hooks'
import { Suspense, useEffect, useRef, useState, type ComponentType } from 'react'
import { ConnectionBanner } from '../features/sites/banner.tsx'
import { SiteQuestions } from '../features/sites/questions.tsx'
import { sitesStore, useActiveSite } from '../features/sites/store.ts'
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

/** What the window is called at each place, in its title bar and in the history. */
const titles = {
  jobs: 'jobs',
  compare: 'jobs',
  templates: 'templates',
  'template-editor': 'templates',
  'new-job': 'newJob',
  workflows: 'workflows',
  uploads: 'uploads',
  nodes: 'nodes',
  settings: 'settings',
  sites: 'sites',
  terminal: 'terminal',
  forwards: 'forwards',
} as const satisfies Record<Page, string>

/** Pages that make sense without a site to work with. */
const siteless: readonly Route['page'][] = ['settings', 'sites']
/** Pages that need a site's SSH session and not its agent. */
const overSsh: readonly Route['page'][] = ['terminal', 'forwards']

/** The page of a route; without a site that was ever signed in to, the way to sign in takes its place. */
function CurrentPage({ route }: { route: Route }) {
  const site = useActiveSite()
  const known = sitesStore.use((state) => state.sites !== undefined)
  const entered = sitesStore.use((state) => site !== undefined && state.entered.has(site.id))
  if (!known) return <Skeleton />
  const needsAgent = !siteless.includes(route.page) && !(overSsh.includes(route.page) && site?.url.startsWith('ssh://'))
  const shown: Route =
    !entered && needsAgent ? { page: 'sites', ...(site === undefined ? { add: true } : { id: site.id }) } : route
  const Page = pages[shown.page] as unknown as ComponentType<{ route: Route }>
  return (
    <SiteContext value={site}>
      {/* A page belongs to its site: switching the site starts it anew. */}
      <Page key={siteless.includes(shown.page) ? '' : site?.id} route={shown} />
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
  useEffect(() => {
    document.title = `${title} · Headway`
  }, [title])
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
        <main className={styles.main} ref={main} tabIndex={-1}>
          <ErrorBoundary place={place}>
            <Suspense fallback={<Skeleton />}>
              <CurrentPage route={route} />
            </Suspense>
          </ErrorBoundary>
        </main>
      </div>
      <SiteQuestions />
      {palette ? <Palette onClose={() => setPalette(false)} /> : null}
    </div>
  )
}
