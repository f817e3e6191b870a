import { useState, type ReactNode } from 'react'
import type { Desktop } from '../../../../contract/desktops.ts'
import { navigate } from '../../app/router.ts'
import { useSite } from '../../app/site-context.ts'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useMessages } from '../../ui/text.ts'
import { EndDialog } from './end-dialog.tsx'
import { ExtendDialog } from './extend-dialog.tsx'
import { desktopsMessages } from './messages.ts'
import { openOwnWindow } from './own-window.ts'
import { ShareDialog } from './share-dialog.tsx'
import { tabsStore } from './tabs-store.ts'

/** What is asked about before it is done. */
type Asked = 'extend' | 'share' | 'end'

export interface DesktopActions {
  ask: (desktop: Desktop, what: Asked) => void
  /** Out of the tabs of this window: two viewers of one screen would argue about its size. */
  openOwn: (desktop: Desktop) => void
  /** Dialogs and what could not be done; to be drawn once. */
  element: ReactNode
}

/** What can be done with a desktop wherever it is shown. `onEnded`: the site has taken its end. */
export function useDesktopActions(
  desktops: ReadonlyMap<string, Desktop>,
  onEnded?: (id: string) => void,
): DesktopActions {
  const say = useMessages(desktopsMessages)
  const site = useSite()
  const close = tabsStore.use((state) => state.close)
  const [asked, setAsked] = useState<{ id: string; what: Asked }>()
  const [blocked, setBlocked] = useState(false)
  // As it is now, not as it was when the dialog opened.
  const desktop = asked === undefined ? undefined : desktops.get(asked.id)
  const done = () => setAsked(undefined)
  return {
    ask: ({ id }, what) => setAsked({ id, what }),
    openOwn: ({ id }) => {
      const opened = openOwnWindow(id)
      setBlocked(!opened)
      if (!opened) return
      close(site.id, id)
      navigate({ page: 'desktops' })
    },
    element: (
      <>
        {blocked ? <ErrorNote tone="wait" title={say('ownWindowBlocked')} /> : null}
        {desktop === undefined || asked === undefined ? null : asked.what === 'extend' ? (
          <ExtendDialog site={site.id} desktop={desktop} onClose={done} />
        ) : asked.what === 'share' ? (
          <ShareDialog desktop={desktop} onClose={done} />
        ) : (
          <EndDialog site={site.id} desktop={desktop} onClose={done} onEnded={() => onEnded?.(desktop.id)} />
        )}
      </>
    ),
  }
}
