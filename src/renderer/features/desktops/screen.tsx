import { lazy, Suspense, useEffect, useMemo } from 'react'
import { useServices } from '../../app/services.tsx'
import { useSite } from '../../app/site-context.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useMessages } from '../../ui/text.ts'
import { pickedFromInput, wholeOf } from '../uploads/picked.ts'
import type { PanelProps } from './panel-props.ts'
import { PlacedNote } from './placed-note.tsx'
import { ScreenActions } from './screen-actions.tsx'
import { seenReports } from './seen.ts'
import { sessionMessages } from './session-messages.ts'
import { desktopsStore } from './store.ts'
import { usePlacing } from './use-placing.ts'
import { useSource } from './use-source.ts'
import type { ViewerState } from './viewer/types.ts'
import { Warning } from './warning.tsx'
import styles from './session.module.css'

// noVNC is loaded when the first screen is shown.
const DesktopViewer = lazy(async () => ({ default: (await import('./viewer/desktop-viewer.tsx')).DesktopViewer }))

/** A desktop's screen, with what has to be said over it: its end that is near, files on their way. */
export function Screen({ tab, desktop, active, alone, actions, onClose }: PanelProps) {
  const services = useServices()
  const site = useSite()
  const say = useMessages(sessionMessages)
  const { id } = tab
  const own = tab.shared === undefined
  const source = useSource(site.id, id, tab.shared?.code)
  const show = desktopsStore.use((state) => state.show)
  const placing = usePlacing(site.id, id)
  const reports = useMemo(
    () =>
      seenReports((idleSeconds) => {
        // The next one says the same and more.
        services.client.call('desktops', 'seen', { site: site.id, id, idleSeconds }).catch(() => undefined)
      }),
    [services, site.id, id],
  )
  useEffect(() => () => reports.end(), [reports])
  const forOwner = {
    filesTo: say('put.to'),
    actions: desktop === undefined ? null : <ScreenActions desktop={desktop} alone={alone} actions={actions} />,
    onState: ({ kind }: ViewerState) => reports.shown(kind === 'connected'),
    onInput: () => reports.input(),
    onThumbnail: (picture: string) => show(site.id, id, picture),
    onFiles: (files: File[]) => void wholeOf(pickedFromInput(services, files)).then(placing.send),
  }
  return (
    <div className={styles.screen}>
      {desktop === undefined || !own ? null : <Warning desktop={desktop} actions={actions} />}
      <PlacedNote id={id} placing={placing} alone={alone} />
      <div className={styles.viewer}>
        <Suspense fallback={<Skeleton lines={6} />}>
          <DesktopViewer
            source={source}
            name={tab.shared?.name ?? desktop?.name ?? id}
            group={desktop?.templateId ?? 'watched'}
            site={site.id}
            active={active}
            onClose={onClose}
            {...(desktop?.dpi === undefined ? {} : { dpi: desktop.dpi })}
            {...(own ? forOwner : {})}
          />
        </Suspense>
      </div>
    </div>
  )
}
