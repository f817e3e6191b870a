import { dialog, Notification, shell, type BrowserWindow } from 'electron'
import type { Services } from './messages.ts'
import { isWebAddress } from './policy/navigation.ts'
import { createProxies } from './proxies.ts'
import type { Secrets } from './secrets.ts'

/** Systems that never tell of a closed one must not make us hold all of them. */
const mostShown = 50

/** What the core asks of Electron. `window` is the one a dialog belongs to. */
export function createServices(parts: {
  secrets: Secrets
  window: () => BrowserWindow | undefined
  /** Brings the window to a place (a hash). */
  goTo: (place: string) => void
}): Services {
  const { secrets, window, goTo } = parts
  /** Shown and not yet gone: one that nothing holds is collected, and its click with it. */
  const shown = new Set<Notification>()
  return {
    resolveProxy: createProxies(),
    secretGet: (key) => secrets.get(key),
    secretSet: (key, value) => secrets.set(key, value),
    secretDelete: (key) => secrets.delete(key),
    async openExternal(url) {
      if (!isWebAddress(url)) throw new Error('Only web addresses are opened.')
      await shell.openExternal(url)
    },
    async pickFiles(folders) {
      const properties: Electron.OpenDialogOptions['properties'] = folders
        ? ['openDirectory', 'multiSelections']
        : ['openFile', 'multiSelections']
      const owner = window()
      const answer =
        owner === undefined
          ? await dialog.showOpenDialog({ properties })
          : await dialog.showOpenDialog(owner, { properties })
      return answer.filePaths
    },
    notify({ title, body, place }) {
      if (!Notification.isSupported()) return Promise.resolve()
      const notification = new Notification({ title, body })
      shown.add(notification)
      const oldest = shown.values().next().value
      if (shown.size > mostShown && oldest !== undefined) shown.delete(oldest)
      notification.on('click', () => {
        shown.delete(notification)
        goTo(place)
      })
      notification.on('close', () => shown.delete(notification))
      notification.show()
      return Promise.resolve()
    },
  }
}
