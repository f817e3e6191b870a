import { createStore } from 'zustand'
import type { DesktopViewing } from '../../../../contract/desktops.ts'
import { featureStore } from '../../app/services.tsx'

/** A desktop that is open in this window. */
export interface Tab {
  id: string
  /** A colleague's, by its code: kept in memory alone, so it does not outlive a reload. */
  shared?: { code: string; name: string; first?: DesktopViewing }
}

interface TabsState {
  /** By site, in the order they were opened. They stay while the user looks at other pages. */
  open: ReadonlyMap<string, readonly Tab[]>
  /** Desktops, as `<site> <id>`, whose tabs close without a question: they are left running. */
  left: ReadonlySet<string>
  add: (site: string, tab: Tab) => void
  close: (site: string, id: string) => void
  /** The first way to a colleague's desktop, once: a ticket is good for one viewer. */
  takeFirst: (site: string, id: string) => DesktopViewing | undefined
  leave: (site: string, id: string) => void
}

const noTabs: readonly Tab[] = []

/** The tabs after one was added: a known one keeps its place, and takes over a new code. */
export function withTab(tabs: readonly Tab[], tab: Tab): readonly Tab[] {
  const known = tabs.find(({ id }) => id === tab.id)
  if (known === undefined) return [...tabs, tab]
  return tab.shared === undefined ? tabs : tabs.map((each) => (each === known ? tab : each))
}

/** Which tab comes to the front when one closes: its right neighbour, else its left one. */
export function tabAfter(tabs: readonly Tab[], closed: string): string | undefined {
  const index = tabs.findIndex(({ id }) => id === closed)
  return (tabs[index + 1] ?? tabs[index - 1])?.id
}

export const tabsStore = featureStore<TabsState>(() =>
  createStore((set, get) => {
    const tabsOf = (site: string) => get().open.get(site) ?? noTabs
    const put = (site: string, tabs: readonly Tab[]) => {
      if (tabs !== tabsOf(site)) set({ open: new Map(get().open).set(site, tabs) })
    }
    return {
      open: new Map(),
      left: new Set(),
      add: (site, tab) => put(site, withTab(tabsOf(site), tab)),
      close: (site, id) =>
        put(
          site,
          tabsOf(site).filter((tab) => tab.id !== id),
        ),
      takeFirst: (site, id) => {
        const tab = tabsOf(site).find((each) => each.id === id)
        const first = tab?.shared?.first
        // Not told to anybody: nothing that is drawn depends on it.
        if (tab?.shared !== undefined) delete tab.shared.first
        return first
      },
      leave: (site, id) => set({ left: new Set([...get().left, `${site} ${id}`]) }),
    }
  }),
)

/** The tabs of a site. */
export const useTabs = (site: string): readonly Tab[] => tabsStore.use((state) => state.open.get(site)) ?? noTabs
