import { sitesStore, useActiveSite } from '../sites/store.ts'
import { EndedNote } from './ended-note.tsx'
import { WindowDrop } from './window-drop.tsx'

/** Uploads from everywhere in the window: a drop on any page, and what became of them told on other pages. */
export default function UploadsEverywhere() {
  const site = useActiveSite()
  const entered = sitesStore.use((state) => site !== undefined && state.entered.has(site.id))
  if (site?.user === undefined || !entered) return null
  return (
    <>
      <WindowDrop key={site.id} site={site} />
      <EndedNote key={`ended ${site.id}`} site={site.id} />
    </>
  )
}
