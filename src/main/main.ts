import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { app, dialog, ipcMain, type BrowserWindow, type IpcMainEvent } from 'electron'
import { createFileLog } from '../core/host-kit/index.ts'
import { readMainConfig } from './config.ts'
import { createCoreHost, type CoreHost } from './core-host.ts'
import { createTray, setMenu } from './menu.ts'
import { deepLinkScheme, linkIn, placeOf } from './policy/deep-link.ts'
import { appUrl } from './policy/app-url.ts'
import { mayHavePort } from './policy/sender.ts'
import { createSecrets } from './secrets.ts'
import { secureBeforeReady, secureSession } from './security.ts'
import { createServices } from './services.ts'
import { openWindow } from './window.ts'

declare const HEADWAY_VERSION: string

/** Built files beside this one: dist/main, dist/preload, dist/renderer, and the core's process. */
const built = (...path: string[]): string => join(import.meta.dirname, ...path)
const config = readMainConfig()

let window: BrowserWindow | undefined
let core: CoreHost | undefined
/** A link that came before there was a window. */
let firstPlace = ''

app.setName('Headway')
if (config.data !== undefined) app.setPath('userData', config.data)
secureBeforeReady()

if (app.requestSingleInstanceLock()) {
  if (app.isPackaged) app.setAsDefaultProtocolClient(deepLinkScheme)
  firstPlace = placeOf(linkIn(process.argv) ?? '') ?? ''
  app.on('second-instance', (_event, args) => goTo(linkIn(args)))
  app.on('open-url', (event, link) => {
    event.preventDefault()
    goTo(link)
  })
  ipcMain.on('headway:connect', connect)
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('activate', () => show())
  app.on('will-quit', closeCore)
  // Started by `npm start`: when that is gone, however it ended, so is this.
  process.on('disconnect', () => app.quit())
  app.whenReady().then(open, fatal)
} else {
  app.quit()
}

async function open(): Promise<void> {
  const data = app.getPath('userData')
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const log = createFileLog(join(data, 'logs', 'main.log'))
  secureSession(built('../renderer'))
  setMenu()
  const tray = createTray(built('tray.png'), show)
  const secrets = await createSecrets(data, log)
  core = createCoreHost({
    program: built('core.js'),
    log,
    services: createServices({ secrets, window: () => window, goTo: goToPlace }),
    start: {
      version: typeof HEADWAY_VERSION === 'string' ? HEADWAY_VERSION : 'development',
      locale: app.getLocale(),
      capabilities: {
        localPaths: true,
        nativeDialogs: true,
        trayIcon: tray !== undefined,
        secretsPersist: secrets.reason === undefined,
        browserDownloads: false,
        nativeNotifications: true,
      },
      paths: {
        data: join(data, 'core'),
        downloads: app.getPath('downloads'),
        // Beside the archive of the packaged app (`extraResources`): it is copied from there, not run.
        agentPackage: app.isPackaged ? join(process.resourcesPath, 'agent-package') : built('../agent-package'),
      },
      proxyEnvironment: config.proxyEnvironment,
      ...(config.localSite === undefined ? {} : { localSite: config.localSite }),
      ...(secrets.reason === undefined ? {} : { secretsReason: secrets.reason }),
    },
  })
  show()
}

/** Hands a port to the core to our own page, which asks for one at its start and after each loss. */
function connect(event: IpcMainEvent): void {
  const { sender, senderFrame } = event
  const own = {
    url: senderFrame?.url,
    isMainFrame: senderFrame !== null && senderFrame.parent === null,
    isOwnWindow: sender === window?.webContents,
  }
  if (!mayHavePort(own)) return
  core?.connect(sender.id, (port) => {
    if (!sender.isDestroyed()) sender.postMessage('headway:port', null, [port])
  })
}

/** Brings the window to the front; opens it where there is none. */
function show(place = firstPlace): void {
  if (core === undefined) {
    firstPlace = place
    return
  }
  if (window === undefined) {
    const opened = openWindow(app.getPath('userData'), built('../preload/preload.cjs'), place)
    const { id } = opened.webContents
    window = opened
    opened.on('closed', () => {
      window = undefined
      core?.forget(id)
    })
    return
  }
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

function goTo(link: string | undefined): void {
  goToPlace(link === undefined ? undefined : placeOf(link))
}

function goToPlace(place: string | undefined): void {
  const before = window
  show(place ?? '')
  // Only the hash differs: the page stays as it is and its router follows.
  if (place !== undefined && before !== undefined) void before.loadURL(`${appUrl}${place}`)
}

function closeCore(event: Electron.Event): void {
  const running = core
  if (running === undefined) return
  event.preventDefault()
  core = undefined
  void running.stop().finally(() => app.quit())
}

function fatal(error: unknown): void {
  dialog.showErrorBox('Headway', error instanceof Error ? error.message : String(error))
  app.exit(1)
}
