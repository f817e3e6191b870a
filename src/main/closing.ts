import { app, BrowserWindow, dialog, powerMonitor, type Tray } from 'electron'
import type { Notice } from '../core/platform.ts'
import type { Standing } from './messages.ts'
import { afterLastWindow, isDrained, mustAsk } from './policy/closing.ts'
import { outboxTexts } from './texts.ts'

/** How Headway ends while something waits to be sent. */
export interface Closing {
  /** The core told what waits. */
  update(standing: Standing): void
  /** From now on nothing is asked: the end is decided. */
  settle(): void
}

/** Where a click on what is said leads. */
const outboxPlace = '#/outbox'

/** Called once the app is ready, before there is a window. */
export function createClosing(parts: {
  standing: Standing
  tray: Tray | undefined
  notify: (notice: Notice) => void
  /** Brings the window back. */
  show: () => void
}): Closing {
  const { tray, notify, show } = parts
  let { standing } = parts
  let settled = false
  let asking = false

  const texts = () => outboxTexts(standing, tray !== undefined)

  async function ask(): Promise<void> {
    if (asking) return
    asking = true
    const { message, detail, keep, quit } = texts().question
    const { response } = await dialog.showMessageBox({
      type: 'question',
      message,
      detail,
      buttons: [keep, quit],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    })
    asking = false
    if (response === 1) {
      settled = true
      app.quit()
    } else if (tray === undefined) show()
    else for (const window of BrowserWindow.getAllWindows()) window.close()
  }

  app.on('window-all-closed', () => {
    const next = afterLastWindow({ unsent: standing.unsent, tray: tray !== undefined }, process.platform)
    if (next === 'quit') app.quit()
    else if (next === 'send') notify({ ...texts().keeps, place: outboxPlace })
  })
  app.on('before-quit', (event) => {
    if (!mustAsk({ unsent: standing.unsent, settled })) return
    event.preventDefault()
    void ask()
  })
  // The system does not wait for an answer.
  powerMonitor.on('shutdown', () => (settled = true))

  return {
    update(next) {
      const before = standing.unsent
      standing = next
      tray?.setToolTip(texts().tooltip)
      if (isDrained(before, next.unsent, BrowserWindow.getAllWindows().length > 0))
        notify({ ...texts().drained, place: outboxPlace })
    },
    settle() {
      settled = true
    },
  }
}
