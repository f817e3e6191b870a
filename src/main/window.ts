import { BrowserWindow, screen, type BrowserWindowConstructorOptions } from 'electron'
import Store from 'electron-store'
import { appUrl } from './policy/app-url.ts'
import { placeWindow, smallest, type Bounds } from './policy/bounds.ts'

interface Remembered {
  bounds?: Bounds
  maximized?: boolean
}

/** Every preference stated: a window of ours never depends on what the default is. */
const webPreferences = (preload: string) => ({
  preload,
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  plugins: false,
  spellcheck: false,
  safeDialogs: true,
  // Charts and lists go on while another window is in front.
  backgroundThrottling: false,
})

/**
 * A desktop in a window of its own, opened by our page, which says its size; its frame has the page's title: the
 * desktop's name.
 */
export const desktopWindow = (preload: string): BrowserWindowConstructorOptions => ({
  minWidth: 480,
  minHeight: 360,
  title: 'Headway',
  autoHideMenuBar: true,
  webPreferences: webPreferences(preload),
})

/** Opens the window where it was left, and remembers where it is left this time. `place`: a hash to begin at. */
export function openWindow(folder: string, preload: string, place = ''): BrowserWindow {
  const store = new Store<Remembered>({ cwd: folder, name: 'window', clearInvalidConfig: true })
  const displays = screen.getAllDisplays().map((display) => display.workArea)
  const window = new BrowserWindow({
    ...placeWindow(store.get('bounds'), displays),
    minWidth: Math.min(smallest.width, displays[0]?.width ?? smallest.width),
    minHeight: Math.min(smallest.height, displays[0]?.height ?? smallest.height),
    show: false,
    title: 'Headway',
    autoHideMenuBar: true,
    webPreferences: webPreferences(preload),
  })
  if (store.get('maximized') === true) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', () => {
    store.set('maximized', window.isMaximized())
    store.set('bounds', window.getNormalBounds())
  })
  void window.loadURL(`${appUrl}${place}`)
  return window
}
