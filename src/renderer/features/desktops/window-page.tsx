import { useEffect, useState } from 'react'
import { navigate, type RouteOf } from '../../app/router.ts'
import { useSite } from '../../app/site-context.ts'
import { useMessages } from '../../ui/text.ts'
import { useDesktopActions } from './actions.tsx'
import { CloseDialog } from './end-dialog.tsx'
import { desktopsMessages } from './messages.ts'
import { hasEnded } from './model.ts'
import { Panel } from './panel.tsx'
import { useDesktops, type SiteDesktops } from './store.ts'
import styles from './session.module.css'

const none: NonNullable<SiteDesktops['desktops']> = new Map()

function leave(): void {
  window.close()
  // A window that was not opened by a page stays: it shows them all.
  navigate({ page: 'desktops' })
}

/** `#/desktops/<id>/window`: one desktop alone, in a window of its own. */
export default function DesktopWindowPage({ route: { id } }: { route: RouteOf<'desktop-window'> }) {
  const site = useSite()
  const say = useMessages(desktopsMessages)
  const { desktops, error } = useDesktops(site.id)
  const all = desktops ?? none
  const desktop = all.get(id)
  const [closing, setClosing] = useState(false)
  const actions = useDesktopActions(all)
  const name = desktop?.name ?? say('title')
  useEffect(() => {
    document.title = `${name} · ${site.name} · Headway`
  }, [name, site.name])
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>{name}</h1>
      {actions.element}
      <div className={styles.panel}>
        <Panel
          tab={{ id }}
          desktop={desktop}
          known={desktops !== undefined || error !== undefined}
          active
          alone
          actions={actions}
          onClose={() => (desktop === undefined || hasEnded(desktop) ? leave() : setClosing(true))}
        />
      </div>
      {closing && desktop !== undefined ? (
        <CloseDialog
          desktop={desktop}
          remembers={false}
          onClose={() => setClosing(false)}
          onEnd={() => {
            setClosing(false)
            actions.ask(desktop, 'end')
          }}
          onLeave={leave}
        />
      ) : null}
    </div>
  )
}
