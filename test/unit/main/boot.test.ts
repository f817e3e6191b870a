import { mkdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createClient } from '../../../src/rpc/client.ts'
import { electronHost } from '../../../src/renderer/boot/electron-host.ts'
import { portFromMessagePort } from '../../../src/rpc/message-port.ts'
import { lockFolder, type FolderLock } from '../../../src/core/host-kit/lock.ts'
import { readOwner, writeOwner } from '../../../src/core/host-kit/owner-file.ts'
import { bootMain, buildHost, loadPreload } from './boot.ts'

/** The built main bundle, its core's process and its preload, booted against a fake of the `electron` module. */
type Booted = Awaited<ReturnType<typeof bootMain>>
let booted: Booted
const page = new EventTarget()
const origin = 'headway-app://window'
const root = join(import.meta.dirname, '../../..')

beforeAll(async () => {
  buildHost()
  const renderer = join(root, 'dist/renderer')
  // The files of the window are built elsewhere; the protocol is tested with whatever page is there.
  if (!existsSync(join(renderer, 'index.html'))) {
    mkdirSync(renderer, { recursive: true })
    writeFileSync(join(renderer, 'index.html'), '<meta name="csp-nonce" content="__CSP_NONCE__">')
  }
  booted = await bootMain()
  loadPreload(booted.electron, page, origin)
  Object.assign(page, {
    postMessage: (data: unknown, target: string, ports: MessagePort[] = []) => {
      expect(target).toBe(origin)
      page.dispatchEvent(Object.assign(new Event('message'), { data, source: page, ports }))
    },
  })
  // What boot/electron-host.ts finds in its page.
  vi.stubGlobal('window', page)
  vi.stubGlobal('location', { origin })
  await vi.waitUntil(() => booted.electron.state.windows.length === 1)
}, 60_000)
afterAll(async () => {
  vi.unstubAllGlobals()
  for (const child of booted.electron.state.forks) child.kill()
  await new Promise((resolve) => setTimeout(resolve, 50))
  booted.cleanUp()
})

const state = () => booted.electron.state
const ends = (app: Booted) => expect.poll(() => app.electron.state.exit, { timeout: 10_000 }).toBe(0)
function window() {
  const [first] = state().windows
  if (first === undefined) throw new Error('no window')
  return first
}
function handler(name: string) {
  const found = booted.electron.session.defaultSession.handlers[name]
  if (found === undefined) throw new Error(`no handler ${name}`)
  return found as (...input: unknown[]) => unknown
}
const say = (data: unknown, source: unknown = page): void =>
  void page.dispatchEvent(Object.assign(new Event('message'), { data, source, ports: [] }))

/** Whether the page gets there. */
const lead = (event: string, url: string, more: object = {}): boolean => {
  let prevented = false
  window().webContents.emit(event, { url, isMainFrame: true, ...more, preventDefault: () => (prevented = true) })
  return !prevented
}
const open = (url: string) => window().webContents.openHandler?.({ url })
const desktopUrl = 'headway-app://window/#/desktops/1832/window'

/** What boot/electron-host.ts does: asks, and takes the port that comes. */
function askForPort(): Promise<MessagePort> {
  return new Promise((resolve) => {
    const take = (event: Event): void => {
      const { data, ports } = event as Event & { data: unknown; ports: MessagePort[] }
      const [port] = ports
      if (port === undefined || (data as { type?: string }).type !== 'headway:port') return
      page.removeEventListener('message', take)
      resolve(port)
    }
    page.addEventListener('message', take)
    say('headway:ready')
  })
}

describe('before the app is ready', () => {
  test('every renderer is sandboxed and our scheme is a real origin without extra rights', () => {
    // The fake throws where these come after `ready`.
    expect(state().sandboxed).toBe(true)
    expect(state().schemes).toEqual([
      {
        scheme: 'headway-app',
        privileges: {
          standard: true,
          secure: true,
          supportFetchAPI: true,
          codeCache: true,
          bypassCSP: false,
          allowServiceWorkers: false,
          corsEnabled: false,
          stream: false,
          allowExtensions: false,
        },
      },
    ])
  })
})

describe('the window', () => {
  const preferences = {
    preload: join(root, 'dist/preload/preload.cjs'),
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
    backgroundThrottling: false,
  }

  test('every web preference is stated', () => {
    expect(window().options['webPreferences']).toEqual(preferences)
    expect(window().calls).toContain('load headway-app://window/')
  })

  test('its page comes from our own protocol, with the policy of every host', async () => {
    const answer = (await handler('protocol headway-app')(new Request('headway-app://window/'))) as Response
    expect(answer.status).toBe(200)
    const text = await answer.text()
    const nonce = /'nonce-([^']+)'/.exec(answer.headers.get('content-security-policy') ?? '')?.[1]
    expect(nonce).toBeTruthy()
    expect(text).toContain(nonce)
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self';")
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test.each([
    ['another host', new Request('headway-app://other/')],
    ['a change', new Request('headway-app://window/', { method: 'POST' })],
    ['a way out', new Request('headway-app://window/..%2f..%2fpackage.json')],
  ])('%s is refused', async (_, request) => {
    const answer = (await handler('protocol headway-app')(request)) as Response
    expect(answer.status).toBeGreaterThanOrEqual(400)
  })

  test('permissions are denied unless listed', () => {
    const check = (permission: string, requestingUrl: string) =>
      handler('permissionCheck')(null, permission, requestingUrl, { requestingUrl, isMainFrame: true })
    expect(check('clipboard-sanitized-write', 'headway-app://window/')).toBe(true)
    expect(check('clipboard-sanitized-write', 'https://a.example/')).toBe(false)
    expect(check('media', 'headway-app://window/')).toBe(false)
    const request = (permission: string): unknown => {
      let granted: unknown
      handler('permissionRequest')(null, permission, (answer: unknown) => (granted = answer), {
        requestingUrl: 'headway-app://window/',
      })
      return granted
    }
    expect(request('fullscreen')).toBe(true)
    expect(request('geolocation')).toBe(false)
    expect(handler('devicePermission')({})).toBe(false)
  })

  test('the page reaches no network of its own', () => {
    let answer: unknown
    handler('onBeforeRequest')({ url: 'https://a.example/' }, (given: unknown) => (answer = given))
    expect(answer).toEqual({ cancel: true })
  })

  test('it cannot be led away, nor open or embed another page', () => {
    state().opened.length = 0
    expect(lead('will-navigate', 'headway-app://window/#/jobs')).toBe(true)
    expect(lead('will-navigate', 'https://docs.example/')).toBe(false)
    expect(lead('will-navigate', 'file:///etc/passwd')).toBe(false)
    expect(lead('will-redirect', 'https://docs.example/')).toBe(false)
    expect(lead('will-frame-navigate', 'headway-app://window/', { isMainFrame: false })).toBe(false)
    expect(lead('will-attach-webview', '')).toBe(false)
    expect(state().opened).toEqual(['https://docs.example/'])
    expect(open('https://more.example/')).toEqual({ action: 'deny' })
    expect(open('javascript:alert(1)')).toEqual({ action: 'deny' })
    expect(open('headway-app://window/#/jobs')).toEqual({ action: 'deny' })
    expect(state().opened).toEqual(['https://docs.example/', 'https://more.example/'])
  })

  test('it opens a desktop in a window of its own, as safe as itself and guarded alike', () => {
    const opened = window().webContents.open(desktopUrl)
    if (opened === undefined) throw new Error('not opened')
    expect(opened.options).toMatchObject({ webPreferences: preferences, title: 'Headway', outlives: true })
    expect(opened.calls).toContain(`load ${desktopUrl}`)
    let prevented = false
    const away = { url: 'https://docs.example/', preventDefault: () => (prevented = true) }
    opened.webContents.emit('will-navigate', away)
    expect(prevented).toBe(true)
    expect(opened.webContents.open('headway-app://window/')).toBeUndefined()
    opened.close()
  })
})

describe('the preload', () => {
  test('gives the page one name: the path of a dropped file', () => {
    expect(Object.keys(state().exposed)).toEqual(['headway'])
    const api = state().exposed['headway'] as { pathOf(file: unknown): string }
    expect(Object.keys(api)).toEqual(['pathOf'])
    expect(api.pathOf({ name: 'a.msh' })).toBe('/picked/a.msh')
  })

  test('listens to its own page only', () => {
    let asked = 0
    const count = (): void => void (asked += 1)
    booted.electron.ipcMain.on('headway:connect', count)
    say('headway:ready', new EventTarget())
    say('something else')
    expect(asked).toBe(0)
    booted.electron.ipcMain.off('headway:connect', count)
  })
})

describe('the core in its process', () => {
  test('knows nothing of electron', () => {
    expect(readFileSync(join(root, 'dist/main/core.js'), 'utf8')).not.toMatch(/from ["']electron["']/)
    expect(state().forks).toHaveLength(1)
    expect(state().forks[0]?.program).toBe(join(root, 'dist/main/core.js'))
  })

  test('answers our page through the port it was handed', async () => {
    const rpc = createClient(async () => portFromMessagePort(await askForPort()))
    const info = await rpc.call('host', 'info', {})
    expect(info).toMatchObject({
      locale: 'ko',
      capabilities: { localPaths: true, nativeDialogs: true, secretsPersist: true, browserDownloads: false },
      localSite: { url: 'http://127.0.0.1:5010', username: 'admin' },
    })
    await rpc.call('host', 'openExternal', { url: 'https://from-the-core.example/' })
    expect(state().opened).toContain('https://from-the-core.example/')
    rpc.close()
  })

  test('joins a viewer’s port, and says over it that a ticket is none', async () => {
    const channel = electronHost({ pathOf: () => '' }).openViewer('no-such-ticket')
    const { code, wasClean } = await new Promise<CloseEvent>((resolve) => {
      Object.assign(channel, { onmessage: () => undefined, onclose: resolve })
    })
    expect({ code, wasClean, state: channel.readyState }).toEqual({ code: 4404, wasClean: true, state: 'closed' })
  })

  test('a page that goes away before its port comes leaves none behind', async () => {
    const channel = electronHost({ pathOf: () => '' }).openViewer('another')
    const closed = new Promise<CloseEvent>((resolve) => Object.assign(channel, { onclose: resolve }))
    channel.close()
    expect((await closed).code).toBe(1000)
  })

  test('shows a notification of the system, and a click on it brings its place', async () => {
    const rpc = createClient(async () => portFromMessagePort(await askForPort()))
    await rpc.call('notifications', 'show', { title: 'plate', body: 'is done', place: '#/jobs/7' })
    const shown = state().notified.at(-1)
    expect(shown?.options).toEqual({ title: 'plate', body: 'is done' })
    window().calls.length = 0
    shown?.emit('click')
    expect(window().calls).toEqual(['show', 'focus', 'load headway-app://window/#/jobs/7'])
    rpc.close()
  })

  test('hands no port to a frame, a foreign page or another window', async () => {
    const { ipcMain, ipcRenderer, WebContents } = booted.electron
    let handed = 0
    const count = (): void => void (handed += 1)
    ipcRenderer.on('headway:port', count)
    const own = window().webContents
    const url = own.mainFrame.url
    ipcMain.emit('headway:connect', { sender: own, senderFrame: { url, parent: own.mainFrame } })
    ipcMain.emit('headway:connect', { sender: own, senderFrame: { url: 'https://a.example/', parent: null } })
    ipcMain.emit('headway:connect', { sender: own, senderFrame: null })
    ipcMain.emit('headway:connect', { sender: new WebContents(), senderFrame: { url, parent: null } })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(handed).toBe(0)
    ipcMain.emit('headway:connect', { sender: own, senderFrame: own.mainFrame })
    expect(handed).toBe(1)
    ipcRenderer.off('headway:port', count)
  })

  test('hands no viewer’s port to them either, nor for what is no ticket', () => {
    const { ipcMain, ipcRenderer, WebContents } = booted.electron
    const handed: unknown[] = []
    const note = (_event: unknown, ticket: unknown): void => void handed.push(ticket)
    ipcRenderer.on('headway:viewer', note)
    const own = window().webContents
    const { url } = own.mainFrame
    const page = { sender: own, senderFrame: own.mainFrame }
    ipcMain.emit('headway:viewer', { sender: own, senderFrame: { url, parent: own.mainFrame } }, 'a')
    ipcMain.emit('headway:viewer', { sender: own, senderFrame: { url: 'https://a.example/', parent: null } }, 'a')
    ipcMain.emit('headway:viewer', { sender: new WebContents(), senderFrame: { url, parent: null } }, 'a')
    for (const ticket of [undefined, 7, {}, '', 'a b', 'x'.repeat(129)]) ipcMain.emit('headway:viewer', page, ticket)
    expect(handed).toEqual([])
    ipcMain.emit('headway:viewer', page, 'ticket-1')
    expect(handed).toEqual(['ticket-1'])
    ipcRenderer.off('headway:viewer', note)
  })

  test('hands ports to a desktop in its own window as long as that is there', () => {
    const { ipcMain, ipcRenderer } = booted.electron
    const handed: number[] = []
    const note = ({ to }: { to: number }): void => void handed.push(to)
    ipcRenderer.on('headway:port', note)
    const opened = window().webContents.open(desktopUrl)
    if (opened === undefined) throw new Error('not opened')
    const page = { sender: opened.webContents, senderFrame: opened.webContents.mainFrame }
    ipcMain.emit('headway:connect', page)
    expect(handed).toEqual([opened.webContents.id])
    opened.close()
    ipcMain.emit('headway:connect', page)
    expect(handed).toHaveLength(1)
    ipcRenderer.off('headway:port', note)
  })

  test('is started again after a crash, and the page goes on by a new port', async () => {
    const states: string[] = []
    const rpc = createClient(async () => portFromMessagePort(await askForPort()))
    rpc.onConnection((connection) => states.push(connection))
    await rpc.call('host', 'info', {})
    state().forks[0]?.kill()
    await expect.poll(() => state().forks.length, { timeout: 10_000 }).toBe(2)
    expect(await rpc.call('host', 'info', {})).toMatchObject({ locale: 'ko' })
    expect(states).toContain('down')
    expect(states.at(-1)).toBe('up')
    rpc.close()
  })
})

describe('one Headway at a time', () => {
  test('a second start brings the window back, and shows the place of its link', () => {
    const { app } = booted.electron
    window().minimized = true
    window().calls.length = 0
    app.emit('second-instance', {}, ['headway', 'headway://job/1832'])
    expect(window().calls).toEqual(['restore', 'show', 'focus', 'load headway-app://window/#/jobs/1832'])
    window().calls.length = 0
    app.emit('second-instance', {}, ['headway', 'https://a.example/'])
    expect(window().calls).not.toContain('load https://a.example/')
    app.emit('open-url', { preventDefault: () => undefined }, 'headway://templates')
    expect(window().calls).toContain('load headway-app://window/#/templates')
  })

  test('without the lock nothing is opened', async () => {
    const second = await bootMain((state) => (state.hasLock = false))
    await ends(second)
    expect(second.electron.state).toMatchObject({ windows: [], forks: [], errors: [], sandboxed: true })
    second.cleanUp()
  })
})

describe('data that is in use', () => {
  test('is said in the user’s language, and ends Headway', async () => {
    let lock: FolderLock | undefined
    const second = await bootMain((_state, data) => (lock = lockFolder(join(data, 'core'))))
    await ends(second)
    expect(second.electron.state.errors).toEqual([expect.stringMatching(/Headway가 이 컴퓨터에서 이미 열려 있습니다/)])
    expect(second.electron.state).toMatchObject({ windows: [], asked: [] })
    lock?.release()
    second.cleanUp()
  })

  test('is said where Electron’s own lock is held by another machine', async () => {
    const second = await bootMain((state, data) => {
      state.hasLock = false
      mkdirSync(join(data, 'core'))
      writeFileSync(
        join(data, 'core', 'host.owner'),
        JSON.stringify({ host: 'ws12', pid: 1, token: 'theirs', beat: 3, at: 0 }),
      )
    })
    await ends(second)
    expect(second.electron.state.errors).toEqual([expect.stringMatching(/Headway가 ws12에서 이미 열려 있습니다/)])
    expect(second.electron.state).toMatchObject({ windows: [], forks: [] })
    second.cleanUp()
  })

  test('and comes into use on another machine ends Headway, too, which says whose it is', async () => {
    const second = await bootMain()
    const path = join(second.data, 'core', 'host.owner')
    await expect.poll(() => readOwner(path), { timeout: 10_000 }).toBeDefined()
    await writeOwner(path, { host: 'ws12', pid: 1, token: 'theirs', beat: 3, at: 0 })
    await ends(second)
    expect(second.electron.state.errors).toEqual([expect.stringMatching(/ws12에서 Headway가 열렸습니다/)])
    expect(await readOwner(path)).toMatchObject({ host: 'ws12' })
    expect(second.electron.state.forks).toHaveLength(1)
    second.cleanUp()
  })
})

describe('what waits to be sent', () => {
  test('keeps Headway in the tray when the window is closed, and is asked about before it ends', async () => {
    const rpc = createClient(async () => portFromMessagePort(await askForPort()))
    const site = await rpc.call('sites', 'add', { url: 'ssh://jin@127.0.0.1:1' })
    const entry = await rpc.call('outbox', 'add', {
      site: site.id,
      action: { kind: 'change', ids: ['7'], change: { action: 'cancel' } },
    })
    await expect.poll(() => state().tooltip, { timeout: 10_000 }).toBe('Headway: 보낼 항목 1개')
    window().close()
    expect(state()).toMatchObject({ exit: undefined, windows: [] })
    expect(state().notified.at(-1)?.options.title).toBe('보낼 작업에 1개 항목이 남아 있습니다.')
    // A click on it brings the window back.
    state().notified.at(-1)?.emit('click')
    expect(window().calls).toContain('load headway-app://window/#/outbox')
    booted.electron.app.quit()
    expect(state()).toMatchObject({ exit: undefined, asked: [{ buttons: ['트레이에서 계속 보내기', '종료'] }] })
    await rpc.call('outbox', 'remove', { ids: [entry.id] })
    await expect.poll(() => state().tooltip, { timeout: 10_000 }).toBe('Headway')
    rpc.close()
  })
})

test('closing the window remembers its place, lets the core end, then quits', async () => {
  const child = state().forks.at(-1)
  const ended = new Promise((resolve) => child?.once('exit', resolve))
  window().close()
  expect(JSON.parse(readFileSync(join(booted.data, 'window.json'), 'utf8'))).toMatchObject({
    bounds: { x: 10, y: 20, width: 1300, height: 800 },
    maximized: false,
  })
  expect(await ended).toBe(0)
  await expect.poll(() => state().exit).toBe(0)
})
