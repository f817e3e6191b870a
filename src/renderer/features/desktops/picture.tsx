import { Monitor } from 'lucide-react'
import type { Desktop } from '../../../../contract/desktops.ts'
import { states } from '../../ui/states.ts'
import { hasEnded } from './model.ts'
import { usePicture } from './store.ts'
import styles from './desktops.module.css'

/** How a desktop was last seen, else a calm stand-in; it says nothing that is not said beside it. */
export function Picture({ site, desktop }: { site: string; desktop: Desktop }) {
  const picture = usePicture(site, desktop.id)
  const Icon = desktop.state === 'queued' || desktop.state === 'starting' ? states[desktop.state].icon : Monitor
  return (
    <div className={styles.picture} data-old={hasEnded(desktop) || undefined} aria-hidden>
      {picture === undefined ? <Icon size={26} strokeWidth={1.4} /> : <img src={picture} alt="" draggable={false} />}
    </div>
  )
}
