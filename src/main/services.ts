import { dialog, shell, type BrowserWindow } from 'electron'
import type { Services } from './messages.ts'
import { isWebAddress } from './policy/navigation.ts'
import type { Secrets } from './secrets.ts'

/** What the core asks of Electron. `window` is the one a dialog belongs to. */
export function createServices(secrets: Secrets, window: () => BrowserWindow | undefined): Services {
  return {
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
  }
}
