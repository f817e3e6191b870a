import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { app, dialog, ipcMain, type BrowserWindow, type IpcMainEvent, type WebContents } from 'electron'
import { createFileLog, heldText, holderElsewhere } from '../core/host-kit/index.ts'
import type { Notice } from '../core/platform.ts'
import { createClosing, type Closing } from './closing.ts'
import { readMainConfig } from './config.ts'
import { createCoreHost, type CoreHost } from './core-host.ts'
import { createTray, setMenu } from './menu.ts'
import { deepLinkScheme, linkIn, placeOf } from './policy/deep-link.ts'
import { appUrl } from './policy/app-url.ts'
import { mayHavePort } from './policy/sender.ts'
import { isTicket } from './policy/ticket.ts'
import { createSecrets } from './secrets.ts'
import { secureBeforeReady, secureSession } from './security.ts'
import { createServices } from './services.ts'
import { languageOf } from './texts.ts'
import { desktopWindow, openWindow } from './window.ts'

declare const HEADWAY_VERSION: string

/** Built files beside this one: dist/main, dist/preload, dist/renderer, and the core's process. */
const built = (...path: string[]): string => join(import.meta.dirname, ...path)
const preload = built('../preload/preload.cjs')
const config = readMainConfig()

const dataFolder = (): string => join(app.getPath('userData'), 'core')
const systemLanguage = () => languageOf(app.getLocale())

/** Pages of windows that are ours: the window, and desktops in windows of their own. */
const ownPages = new Set<WebContents>()
let window: BrowserWindow | undefined
let core: CoreHost | undefined
let closing: Closing | undefined
/** A link that came before there was a window. */
let firstPlace = ''

app.setName('Headway')
if (config.data !== undefined) app.setPath('userData', config.data)
secureBeforeReady({ options: desktopWindow(preload), opened: own })

if (app.requestSingleInstanceLock()) {
  if (app.isPackaged) app.setAsDefaultProtocolClient(deepLinkScheme)
  firstPlace = placeOf(linkIn(process.argv) ?? '') ?? ''
  app.on('second-instance', (_event, args) => goTo(linkIn(args)))
  app.on('open-url', (event, link) => {
    event.preventDefault()
    goTo(link)
  })
  ipcMain.on('headway:connect', connect)
  ipcMain.on('headway:viewer', view)
  app.on('activate', () => show())
  app.on('will-quit', closeCore)
  // Started by `npm start`: when that is gone, however it ended, so is this.
  process.on('disconnect', leave)
  app.whenReady().then(open, fatal)
} else {
  app.whenReady().then(refuse, fatal)
}

/** The one that holds the lock shows its window; on another machine, with which this one shares its folder, nobody sees that. */
async function refuse(): Promise<void> {
  const holder = await holderElsewhere(dataFolder()).catch(() => undefined)
  if (holder !== undefined) dialog.showErrorBox('Headway', heldText(holder, systemLanguage()))
  app.quit()
}

async function open(): Promise<void> {
  const data = app.getPath('userData')
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const log = createFileLog(join(data, 'logs', 'main.log'))
  secureSession(built('../renderer'))
  setMenu()
  const tray = createTray(built('tray.png'), () => show())
  const secrets = await createSecrets(data, log)
  const services = createServices({ secrets, window: () => window, goTo: goToPlace })
  const notify = (notice: Notice): void => void services.notify(notice)
  const ending = createClosing({
    standing: { unsent: 0, language: systemLanguage() },
    tray,
    notify,
    show: () => show(),
  })
  closing = ending
  core = createCoreHost({
    program: built('core.js'),
    log,
    services,
    onStanding: (standing) => ending.update(standing),
    onWait: (sentence) => notify({ title: 'Headway', body: sentence, place: '' }),
    onUnavailable(sentence) {
      dialog.showErrorBox('Headway', sentence)
      leave()
    },
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
        data: dataFolder(),
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

const isOwnPage = ({ sender, senderFrame }: IpcMainEvent): boolean =>
  mayHavePort({
    url: senderFrame?.url,
    isMainFrame: senderFrame !== null && senderFrame.parent === null,
    isOwnWindow: ownPages.has(sender),
  })

/** Hands a port to the core to our own page, which asks for one at its start and after each loss. */
function connect(event: IpcMainEvent): void {
  const { sender } = event
  if (!isOwnPage(event)) return
  core?.connect(sender.id, (port) => {
    if (!sender.isDestroyed()) sender.postMessage('headway:port', null, [port])
  })
}

/** The same for the bytes of one viewer. */
function view(event: IpcMainEvent, ticket: unknown): void {
  const { sender } = event
  if (!isOwnPage(event) || !isTicket(ticket)) return
  core?.view(ticket, (port) => {
    if (sender.isDestroyed()) port.close()
    else sender.postMessage('headway:viewer', ticket, [port])
  })
}

/** Its page may ask for ports as long as it is there. */
function own(opened: BrowserWindow): void {
  const page = opened.webContents
  const { id } = page
  ownPages.add(page)
  opened.on('closed', () => {
    ownPages.delete(page)
    core?.forget(id)
  })
}

/** Brings the window to the front; opens it where there is none. */
function show(place = firstPlace): void {
  if (core === undefined) {
    firstPlace = place
    return
  }
  if (window === undefined) {
    const opened = openWindow(app.getPath('userData'), preload, place)
    own(opened)
    window = opened
    opened.on('closed', () => (window = undefined))
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

/** Ends Headway without a question. */
function leave(): void {
  closing?.settle()
  app.quit()
}

function closeCore(event: Electron.Event): void {
  closing?.settle()
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
