import { useSyncExternalStore } from 'react'

/** Every place in the window; the hash of the address holds it, so back, reload and deep links work. */
export type Route =
  /** `filter`: what the list is narrowed to, as the query of the address (features/jobs/filter.ts reads it). */
  | { page: 'jobs'; id?: string; tab?: string; filter?: string }
  /** Two jobs side by side. */
  | { page: 'compare'; a: string; b: string }
  | { page: 'templates' }
  /** `entry`: a save that waits in the outbox, to be changed there. */
  | { page: 'template-editor'; id?: string; entry?: string }
  /** `template` absent: a custom job. `from`: the job whose values fill the form. `entry`: a submission of the outbox that it changes. */
  | { page: 'new-job'; template?: string; from?: string; entry?: string }
  /** `id`: one run. */
  | { page: 'workflows'; id?: string }
  /** `id`: one file. */
  | { page: 'uploads'; id?: string }
  /** The cards; `id`: one is shown, beside the tabs of all that are open. */
  | { page: 'desktops'; id?: string }
  /** One alone in a window of its own. */
  | { page: 'desktop-window'; id: string }
  /** `template`: the chosen one. `from`: the desktop whose values fill the form. */
  | { page: 'new-desktop'; template?: string; from?: string }
  | { page: 'nodes' }
  /** What waits to be sent, of all sites; `id`: one entry. */
  | { page: 'outbox'; id?: string }
  | { page: 'settings' }
  /** `id`: sign in to that site, with `edit` change it; `add`: a new address. */
  | { page: 'sites'; id?: string; add?: true; edit?: true }
  /** Shells of the active site; `id`: which one is in front, `new`: one more. */
  | { page: 'terminal'; id?: string }
  | { page: 'forwards' }

export type Page = Route['page']
export type RouteOf<P extends Page> = Extract<Route, { page: P }>

const home: Route = { page: 'jobs' }

/** The route of a hash such as `#/jobs/1832/log`; an unknown one is the list of jobs. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const parts = path.split('/').map(decode)
  const asked = new URLSearchParams(query)
  const given = (key: 'from' | 'entry') => {
    const value = asked.get(key)
    return value === null || value === '' ? {} : { [key]: value }
  }
  const [first, second, third, fourth] = parts
  switch (first) {
    case 'jobs':
      if (second === 'compare' && third && fourth) return { page: 'compare', a: third, b: fourth }
      return {
        page: 'jobs',
        ...(second ? { id: second } : {}),
        ...(second && third ? { tab: third } : {}),
        ...(query ? { filter: query } : {}),
      }
    case 'templates':
      if (!second) return { page: 'templates' }
      if (second === 'new') return { page: 'template-editor', ...given('entry') }
      if (third === 'edit') return { page: 'template-editor', id: second, ...given('entry') }
      return { page: 'new-job', template: second, ...given('from'), ...given('entry') }
    case 'custom':
      return { page: 'new-job', ...given('from'), ...given('entry') }
    case 'workflows':
    case 'outbox':
    case 'uploads':
      return { page: first, ...(second ? { id: second } : {}) }
    case 'desktops':
      return desktopRoute(second, third, asked)
    case 'nodes':
    case 'settings':
    case 'forwards':
      return { page: first }
    case 'terminal':
      return { page: 'terminal', ...(second ? { id: second } : {}) }
    case 'sites':
      if (second === 'add') return { page: 'sites', add: true }
      return { page: 'sites', ...(second ? { id: second } : {}), ...(second && third === 'edit' ? { edit: true } : {}) }
    default:
      return home
  }
}

function desktopRoute(id: string | undefined, view: string | undefined, asked: URLSearchParams): Route {
  const value = (key: 'template' | 'from') => {
    const given = asked.get(key)
    return given === null || given === '' ? {} : { [key]: given }
  }
  if (id === 'new') return { page: 'new-desktop', ...value('template'), ...value('from') }
  if (id && view === 'window') return { page: 'desktop-window', id }
  return { page: 'desktops', ...(id ? { id } : {}) }
}

const at = (...parts: string[]): string => `#/${parts.map(encodeURIComponent).join('/')}`
const queryOf = (values: Readonly<Record<string, string | undefined>>): string => {
  const given = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`],
  )
  return given.length === 0 ? '' : `?${given.join('&')}`
}

/** The hash of a route, for `href` and for the address. */
export function hrefOf(route: Route): string {
  switch (route.page) {
    case 'jobs':
      return (
        at('jobs', ...(route.id === undefined ? [] : [route.id]), ...(route.id && route.tab ? [route.tab] : [])) +
        (route.filter === undefined || route.filter === '' ? '' : `?${route.filter}`)
      )
    case 'compare':
      return at('jobs', 'compare', route.a, route.b)
    case 'templates':
      return at('templates')
    case 'template-editor':
      return (
        (route.id === undefined ? at('templates', 'new') : at('templates', route.id, 'edit')) +
        queryOf({ entry: route.entry })
      )
    case 'new-job':
      return (
        (route.template === undefined ? at('custom', 'new') : at('templates', route.template, 'new')) +
        queryOf({ from: route.from, entry: route.entry })
      )
    case 'workflows':
    case 'outbox':
    case 'uploads':
    case 'terminal':
    case 'desktops':
      return at(route.page, ...(route.id === undefined ? [] : [route.id]))
    case 'desktop-window':
      return at('desktops', route.id, 'window')
    case 'new-desktop':
      return at('desktops', 'new') + queryOf({ template: route.template, from: route.from })
    case 'sites':
      if (route.add) return at('sites', 'add')
      return at('sites', ...(route.id === undefined ? [] : [route.id]), ...(route.id && route.edit ? ['edit'] : []))
    default:
      return at(route.page)
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Goes to a place. `replace` leaves no step for the back button (tabs, redirects). */
export function navigate(route: Route, options?: { replace?: boolean }): void {
  const href = hrefOf(route)
  if (href === location.hash) return
  if (options?.replace === true) {
    history.replaceState(null, '', href)
    window.dispatchEvent(new HashChangeEvent('hashchange'))
  } else location.hash = href
}

let known: { hash: string; route: Route } | undefined
/** The same hash gives the same object, as `useSyncExternalStore` asks. */
function currentRoute(): Route {
  if (known?.hash !== location.hash) known = { hash: location.hash, route: parseRoute(location.hash) }
  return known.route
}

function subscribe(changed: () => void): () => void {
  window.addEventListener('hashchange', changed)
  return () => window.removeEventListener('hashchange', changed)
}

/** The place the window is at. */
export function useRoute(): Route {
  return useSyncExternalStore(subscribe, currentRoute)
}
