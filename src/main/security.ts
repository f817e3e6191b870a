import {
  app,
  protocol,
  session,
  shell,
  type BrowserWindow,
  type BrowserWindowConstructorOptions,
  type WebContents,
} from 'electron'
import { createRendererFiles } from '../core/renderer-files/index.ts'
import { appScheme, isAppUrl } from './policy/app-url.ts'
import { isDesktopWindow } from './policy/desktop-window.ts'
import { destinationOf } from './policy/navigation.ts'
import { isPermitted } from './policy/permissions.ts'

/** How a page of ours may open a desktop in a window of its own. */
export interface DesktopWindows {
  options: BrowserWindowConstructorOptions
  opened(window: BrowserWindow): void
}

/** What has to happen before the app is ready: every renderer sandboxed, our own scheme a real origin. */
export function secureBeforeReady(desktops: DesktopWindows): void {
  app.enableSandbox()
  protocol.registerSchemesAsPrivileged([
    {
      scheme: appScheme,
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
  app.on('web-contents-created', (_event, contents) => guard(contents, desktops))
}

/** Serves the window's files, and answers for everything a page may ask of the system. */
export function secureSession(renderer: string): void {
  const files = createRendererFiles(renderer)
  const own = session.defaultSession
  own.protocol.handle(appScheme, async (request) => {
    if (request.method !== 'GET' || !isAppUrl(request.url)) return new Response('Not found.', { status: 404 })
    const { status, headers, body } = await files.respond(new URL(request.url).pathname)
    return new Response(body, { status, headers })
  })
  own.setPermissionCheckHandler((_contents, permission, origin, details) =>
    isPermitted(permission, details.requestingUrl ?? origin),
  )
  own.setPermissionRequestHandler((_contents, permission, answer, details) =>
    answer(isPermitted(permission, details.requestingUrl)),
  )
  own.setDevicePermissionHandler(() => false)
  // The page has no business on the network (its policy says so too): what it needs comes through its port.
  own.webRequest.onBeforeRequest({ urls: ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*'] }, (_details, answer) =>
    answer({ cancel: true }),
  )
}

function decide(event: { preventDefault(): void; url: string }): void {
  const destination = destinationOf(event.url)
  if (destination === 'stay') return
  event.preventDefault()
  if (destination === 'external') void shell.openExternal(event.url)
}

/**
 * No page leaves its place or embeds another, and the one window that it opens is a desktop's; web addresses go to the
 * system's browser.
 */
function guard(contents: WebContents, desktops: DesktopWindows): void {
  contents.on('will-navigate', decide)
  contents.on('will-redirect', (event) => {
    if (!isAppUrl(event.url)) event.preventDefault()
  })
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame) event.preventDefault()
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.on('did-create-window', (window) => desktops.opened(window))
  contents.setWindowOpenHandler(({ url }) => {
    if (isDesktopWindow({ address: url, opener: contents.getURL() })) {
      return { action: 'allow', outlivesOpener: true, overrideBrowserWindowOptions: desktops.options }
    }
    if (destinationOf(url) === 'external') void shell.openExternal(url)
    return { action: 'deny' }
  })
}
