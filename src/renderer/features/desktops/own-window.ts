import { hrefOf } from '../../app/router.ts'

/** Opens a desktop in a window of its own, or brings the one to the front that shows it already. False where none may be opened. */
export function openOwnWindow(id: string): boolean {
  const address = new URL(hrefOf({ page: 'desktop-window', id }), location.href)
  const width = Math.min(1280, screen.availWidth)
  const height = Math.min(860, screen.availHeight)
  const opened = window.open(address, `headway-desktop-${id}`, `popup,width=${width},height=${height}`)
  opened?.focus()
  return opened !== null
}
