import { useEffect, useState } from 'react'
import type { Desktop } from '../../../../contract/desktops.ts'
import { navigate, type RouteOf } from '../../app/router.ts'
import { useSite } from '../../app/site-context.ts'
import { useMessages } from '../../ui/text.ts'
import { AsOfContext } from '../../ui/use-now.ts'
import { useDesktopActions } from './actions.tsx'
import { Cards } from './cards.tsx'
import { CloseDialog } from './end-dialog.tsx'
import { desktopsMessages } from './messages.ts'
import { hasEnded, isMine } from './model.ts'
import { Panel } from './panel.tsx'
import { useDesktops, type SiteDesktops } from './store.ts'
import { tabAfter, tabsStore, useTabs, withTab, type Tab } from './tabs-store.ts'
import { Tabs } from './tabs.tsx'
import styles from './session.module.css'

const none: NonNullable<SiteDesktops['desktops']> = new Map()

/** Goes to a tab, or back to the cards. */
const choose = (id: string | undefined) =>
  navigate({ page: 'desktops', ...(id === undefined ? {} : { id }) }, { replace: id !== undefined })

/**
 * `#/desktops` shows the cards, `…/<id>` one of them among the tabs of all that are open. Between the two the open screens stay
 * connected, so that the cards show them live. Whoever leaves for another page lets go of them: nothing is drawn that nobody
 * sees, the desktops go on by themselves, and their tabs connect anew within a second when they are looked at again.
 */
export default function DesktopsPage({ route }: { route: RouteOf<'desktops'> }) {
  const site = useSite()
  const say = useMessages(desktopsMessages)
  const list = useDesktops(site.id)
  const { desktops, error } = list
  const all = desktops ?? none
  const { id } = route
  const open = useTabs(site.id)
  const add = tabsStore.use((state) => state.add)
  const close = tabsStore.use((state) => state.close)
  const left = tabsStore.use((state) => state.left)
  const leave = tabsStore.use((state) => state.leave)
  const [closing, setClosing] = useState<string>()
  // A tab connects when it is looked at for the first time.
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set())
  const tabs = id === undefined ? open : withTab(open, { id })
  if (id !== undefined && !seen.has(id)) setSeen(new Set([...seen, id]))
  useEffect(() => {
    if (id !== undefined) add(site.id, { id })
  }, [add, site.id, id])

  const remove = (closed: string) => {
    close(site.id, closed)
    if (closed === id) choose(tabAfter(tabs, closed))
  }
  const actions = useDesktopActions(all)
  const asksToLeave = (desktop: Desktop | undefined): desktop is Desktop =>
    desktop !== undefined &&
    !hasEnded(desktop) &&
    desktop.state !== 'queued' &&
    isMine(desktop, site.user?.username) &&
    !left.has(`${site.id} ${desktop.id}`)
  const onClose = (tab: Tab) => {
    if (tab.shared === undefined && asksToLeave(all.get(tab.id))) setClosing(tab.id)
    else remove(tab.id)
  }
  const asked = closing === undefined ? undefined : all.get(closing)
  return (
    <>
      {id === undefined ? (
        <AsOfContext value={list.asOf}>
          <Cards {...list} />
        </AsOfContext>
      ) : null}
      <div className={styles.page} hidden={id === undefined}>
        <h1 className={styles.title}>{say('title')}</h1>
        <Tabs tabs={tabs} desktops={all} chosen={id} onChoose={choose} onClose={onClose} />
        {id === undefined ? null : actions.element}
        {tabs.map((tab) => (
          <div
            key={tab.id}
            id={`desktop-${tab.id}`}
            className={styles.panel}
            role="tabpanel"
            aria-labelledby={`desktop-tab-${tab.id}`}
            hidden={tab.id !== id}
          >
            {seen.has(tab.id) ? (
              <Panel
                tab={tab}
                desktop={all.get(tab.id)}
                known={desktops !== undefined || error !== undefined}
                active={tab.id === id}
                alone={false}
                actions={actions}
                onClose={() => onClose(tab)}
              />
            ) : null}
          </div>
        ))}
      </div>
      {asked === undefined ? null : (
        <CloseDialog
          desktop={asked}
          remembers
          onClose={() => setClosing(undefined)}
          onEnd={() => {
            setClosing(undefined)
            actions.ask(asked, 'end')
          }}
          onLeave={(remember) => {
            setClosing(undefined)
            if (remember) leave(site.id, asked.id)
            remove(asked.id)
          }}
        />
      )}
    </>
  )
}
