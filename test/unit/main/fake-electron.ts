// A small faithful fake of the `electron` module, for booting the built main bundle in plain Node. It keeps Electron's
// order rules (what must come before `ready` throws after it), really runs utility processes (in a worker thread, with
// real message ports), and writes down what it was told. Loaded by Node itself, once per boot (see boot.ts).
import { EventEmitter } from 'node:events'
import { tmpdir } from 'node:os'
import { MessageChannel, Worker } from 'node:worker_threads'
import { FakeMessagePort } from './fake-message-port.ts'

/** What a test sets before a boot, and looks at after it. */
export const state = {
  hasLock: true,
  encryption: { available: true, backend: 'gnome_libsecret', sealMark: 'v11', rotated: false, locked: false },
  schemes: [] as unknown[],
  sandboxed: false,
  exit: undefined as number | undefined,
  opened: [] as string[],
  forks: [] as FakeUtilityProcess[],
  windows: [] as BrowserWindow[],
  exposed: {} as Record<string, unknown>,
  applicationMenu: undefined as unknown,
  /** Notifications shown to the user. */
  notified: [] as Notification[],
  /** Files a dialog answers with. */
  picked: [] as string[],
  /** Questions put to the user, and the button that is pressed: none yet where it is undefined. */
  asked: [] as { message: string; detail: string; buttons: string[] }[],
  pressed: undefined as number | undefined,
  /** Errors shown to the user. */
  errors: [] as string[],
  tooltip: '',
}

function mustComeBeforeReady(what: string): void {
  if (app.isReady()) throw new Error(`${what} must be called before app is ready`)
}

class App extends EventEmitter {
  isPackaged = false
  #ready = false
  #name = 'Electron'
  #quitting = false
  #paths: Record<string, string> = { userData: `${tmpdir()}/not-set`, downloads: '/home/user/Downloads' }
  isReady(): boolean {
    return this.#ready
  }
  async whenReady(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#ready = true
    this.emit('ready')
  }
  enableSandbox(): void {
    mustComeBeforeReady('app.enableSandbox()')
    state.sandboxed = true
  }
  requestSingleInstanceLock(): boolean {
    return state.hasLock
  }
  setName(name: string): void {
    this.#name = name
  }
  getName(): string {
    return this.#name
  }
  getVersion(): string {
    return '0.0.0'
  }
  getLocale(): string {
    return 'ko'
  }
  setPath(name: string, path: string): void {
    this.#paths[name] = path
  }
  getPath(name: string): string {
    return this.#paths[name] ?? ''
  }
  setAsDefaultProtocolClient(): boolean {
    return true
  }
  /** Windows that close because of it are not followed by `window-all-closed`. */
  quit(): void {
    if (this.#quitting || !this.#mayGoOn('before-quit')) return
    this.#quitting = true
    for (const window of BrowserWindow.getAllWindows()) window.close()
    if (this.#mayGoOn('will-quit')) this.exit(0)
    else this.#quitting = false
  }
  get isQuitting(): boolean {
    return this.#quitting
  }
  #mayGoOn(event: string): boolean {
    let prevented = false
    this.emit(event, { preventDefault: () => (prevented = true) })
    return !prevented
  }
  exit(code: number): void {
    state.exit = code
  }
}
export const app = new App()

export const protocol = {
  registerSchemesAsPrivileged(schemes: unknown[]): void {
    mustComeBeforeReady('protocol.registerSchemesAsPrivileged')
    state.schemes = schemes
  },
}

type Handler = (...input: never[]) => unknown
class Session {
  handlers: Record<string, Handler> = {}
  protocol = { handle: (scheme: string, handler: Handler) => void (this.handlers[`protocol ${scheme}`] = handler) }
  webRequest = {
    onBeforeRequest: (_filter: unknown, handler: Handler) => void (this.handlers['onBeforeRequest'] = handler),
  }
  setPermissionCheckHandler(handler: Handler): void {
    this.handlers['permissionCheck'] = handler
  }
  setPermissionRequestHandler(handler: Handler): void {
    this.handlers['permissionRequest'] = handler
  }
  setDevicePermissionHandler(handler: Handler): void {
    this.handlers['devicePermission'] = handler
  }
}
export const session = { defaultSession: new Session() }

export class MessageChannelMain {
  port1: FakeMessagePort
  port2: FakeMessagePort
  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.port1 = new FakeMessagePort(port1)
    this.port2 = new FakeMessagePort(port2)
  }
}

export class FakeUtilityProcess extends EventEmitter {
  readonly program: string
  readonly #worker: Worker
  constructor(program: string) {
    super()
    this.program = program
    this.#worker = new Worker(new URL('fake-utility.ts', import.meta.url), { workerData: { program } })
    this.#worker.on('message', (message: unknown) => this.emit('message', message))
    this.#worker.on('error', (error: Error) => this.emit('error', 'FatalError', program, error.message))
    this.#worker.on('exit', (code: number) => this.emit('exit', code))
  }
  postMessage(message: unknown, ports: FakeMessagePort[] = []): void {
    const natives = ports.map((port) => port.native)
    this.#worker.postMessage({ data: message, ports: natives }, natives)
  }
  /** What a crash looks like from here. */
  kill(): boolean {
    void this.#worker.terminate()
    return true
  }
}
export const utilityProcess = {
  fork(program: string): FakeUtilityProcess {
    if (!app.isReady()) throw new Error('utilityProcess.fork() needs a ready app')
    const child = new FakeUtilityProcess(program)
    state.forks.push(child)
    return child
  },
}

let lastId = 0
type OpenAnswer =
  | { action: 'deny' }
  | { action: 'allow'; outlivesOpener?: boolean; overrideBrowserWindowOptions?: Record<string, unknown> }
export class WebContents extends EventEmitter {
  readonly id: number
  readonly mainFrame: { url: string; parent: null } = { url: '', parent: null }
  openHandler: ((details: { url: string }) => OpenAnswer) | undefined
  constructor() {
    super()
    lastId += 1
    this.id = lastId
    app.emit('web-contents-created', {}, this)
  }
  isDestroyed(): boolean {
    return false
  }
  getURL(): string {
    return this.mainFrame.url
  }
  setWindowOpenHandler(handler: (details: { url: string }) => OpenAnswer): void {
    this.openHandler = handler
  }
  /** What `window.open` of its page does: without a handler's word it would open anything. */
  open(url: string): BrowserWindow | undefined {
    const answer: OpenAnswer = this.openHandler?.({ url }) ?? { action: 'allow' }
    if (answer.action === 'deny') return undefined
    const opened = new BrowserWindow({ ...answer.overrideBrowserWindowOptions, outlives: answer.outlivesOpener })
    this.emit('did-create-window', opened, { url })
    void opened.loadURL(url)
    return opened
  }
  /** To the preload of its page. */
  postMessage(channel: string, message: unknown, ports: FakeMessagePort[]): void {
    ipcRenderer.emit(channel, { ports: ports.map((port) => port.native), to: this.id }, message)
  }
}
export class BrowserWindow extends EventEmitter {
  readonly options: Record<string, unknown>
  readonly webContents = new WebContents()
  readonly calls: string[] = []
  minimized = false
  static getAllWindows(): BrowserWindow[] {
    return [...state.windows]
  }
  constructor(options: Record<string, unknown>) {
    super()
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready')
    this.options = options
    state.windows.push(this)
  }
  loadURL(url: string): Promise<void> {
    this.calls.push(`load ${url}`)
    this.webContents.mainFrame.url = url
    return Promise.resolve()
  }
  show(): void {
    this.calls.push('show')
  }
  focus(): void {
    this.calls.push('focus')
  }
  restore(): void {
    this.calls.push('restore')
  }
  maximize(): void {
    this.calls.push('maximize')
  }
  isMinimized(): boolean {
    return this.minimized
  }
  isMaximized(): boolean {
    return false
  }
  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    return { x: 10, y: 20, width: 1300, height: 800 }
  }
  close(): void {
    this.emit('close')
    state.windows.splice(state.windows.indexOf(this), 1)
    this.emit('closed')
    if (state.windows.length === 0 && !app.isQuitting) app.emit('window-all-closed')
  }
}

export const ipcMain = new EventEmitter()
class IpcRenderer extends EventEmitter {
  send(channel: string, ...input: unknown[]): void {
    const sender = state.windows[0]?.webContents
    ipcMain.emit(channel, { sender, senderFrame: sender?.mainFrame }, ...structuredClone(input))
  }
}
export const ipcRenderer = new IpcRenderer()
export const contextBridge = {
  exposeInMainWorld: (name: string, api: unknown) => void (state.exposed[name] = api),
}
export const webUtils = { getPathForFile: (file: { name: string }) => `/picked/${file.name}` }

/** Seals by mirroring, behind the mark that Chromium puts before what it sealed. */
export const safeStorage = {
  isAsyncEncryptionAvailable(): Promise<boolean> {
    if (!app.isReady()) throw new Error('safeStorage needs a ready app')
    return Promise.resolve(state.encryption.available)
  },
  getSelectedStorageBackend: () => state.encryption.backend,
  encryptStringAsync: (text: string) =>
    Promise.resolve(Buffer.concat([Buffer.from(state.encryption.sealMark), Buffer.from(text).toReversed()])),
  decryptStringAsync(sealed: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }> {
    if (state.encryption.locked) return Promise.reject(new Error('the key store is locked'))
    const result = Buffer.from(sealed.subarray(3).toReversed()).toString()
    return Promise.resolve({ result, shouldReEncrypt: state.encryption.rotated })
  },
}

export const shell = {
  openExternal: (url: string) => {
    state.opened.push(url)
    return Promise.resolve()
  },
}
export class Notification extends EventEmitter {
  readonly options: { title: string; body: string }
  static isSupported(): boolean {
    return true
  }
  constructor(options: { title: string; body: string }) {
    super()
    if (!app.isReady()) throw new Error('Cannot create Notification before app is ready')
    this.options = options
  }
  show(): void {
    state.notified.push(this)
  }
}
export const dialog = {
  showErrorBox: (_title: string, text: string) => void state.errors.push(text),
  showMessageBox(options: (typeof state.asked)[number]): Promise<{ response: number }> {
    state.asked.push(options)
    const { pressed } = state
    return pressed === undefined ? new Promise(() => undefined) : Promise.resolve({ response: pressed })
  },
  showOpenDialog: () => Promise.resolve({ canceled: state.picked.length === 0, filePaths: state.picked }),
}
export const Menu = {
  buildFromTemplate: (template: unknown) => template,
  setApplicationMenu: (menu: unknown) => void (state.applicationMenu = menu),
}
export const nativeImage = { createFromPath: () => ({ isEmpty: () => false, resize: () => ({}) }) }
export class Tray extends EventEmitter {
  setToolTip(text: string): void {
    state.tooltip = text
  }
  setContextMenu(): void {}
}
export const powerMonitor = new EventEmitter()
export const screen = {
  getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
}
export default {
  app,
  Notification,
  protocol,
  session,
  MessageChannelMain,
  utilityProcess,
  BrowserWindow,
  ipcMain,
  ipcRenderer,
  contextBridge,
  webUtils,
  safeStorage,
  shell,
  dialog,
  Menu,
  nativeImage,
  Tray,
  powerMonitor,
  screen,
}
