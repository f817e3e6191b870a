import type { Desktop } from '../../../../contract/desktops.ts'
import type { DesktopActions } from './actions.tsx'
import type { Tab } from './tabs-store.ts'

/** A desktop that is open, in a tab or in a window of its own. */
export interface PanelProps {
  tab: Tab
  /** Absent where the site does not list it, or has not answered yet (`known` false). */
  desktop: Desktop | undefined
  known: boolean
  /** In front: the viewer takes keys, and pictures come. */
  active: boolean
  /** In a window of its own: there is no page to lead to. */
  alone: boolean
  actions: DesktopActions
  onClose: () => void
}
