import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import type { Duplex, Readable } from 'node:stream'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { ByteChannel } from '../../src/renderer/boot/byte-channel.ts'
import type { Host } from '../../src/renderer/boot/host.ts'
import type { channelOverPort } from '../../src/renderer/boot/port-channel.ts'
import type { bytesOverPort } from '../../src/rpc/bytes-port.ts'
import type { portFromMessagePort } from '../../src/rpc/message-port.ts'
import { openBrowser } from '../helpers/chromium.ts'
import { startViewerHost, type ViewerHost } from '../helpers/viewer-host.ts'

/** The window's own way to a viewer's bytes in a real browser, under the headers that every page of ours has. */
const root = join(import.meta.dirname, '../..')
const script = `
import RFB from '@novnc/novnc'
import { nodeHost } from './src/renderer/boot/node-host.ts'
import { channelOverPort } from './src/renderer/boot/port-channel.ts'
import { bytesOverPort } from './src/rpc/bytes-port.ts'
import { portFromMessagePort } from './src/rpc/message-port.ts'
const violations = []
document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective + ' ' + event.blockedURI))
window.parts = { RFB, channelOverPort, bytesOverPort, portFromMessagePort, violations }
nodeHost().then(
  (host) => { window.parts.host = host; document.title = 'booted ' + location.hash },
  (error) => { document.title = error.name },
)`

interface Rfb extends EventTarget {
  disconnect(): void
}
/** What the script above leaves in the page. */
interface Parts {
  parts: {
    RFB: new (target: HTMLElement, channel: ByteChannel, options: { shared: boolean }) => Rfb
    channelOverPort: typeof channelOverPort
    bytesOverPort: typeof bytesOverPort
    portFromMessagePort: typeof portFromMessagePort
    violations: string[]
    host: Host
  }
}

let host: ViewerHost
let browser: Browser
let page: Page
let folder: string
let xvnc: ChildProcess

beforeAll(async () => {
  const bundle = await build({
    stdin: { contents: script, resolveDir: root, loader: 'js' },
    bundle: true,
    format: 'esm',
    write: false,
    target: 'es2024',
  })
  host = await startViewerHost(bundle.outputFiles[0]?.text)
  folder = await mkdtemp(join(tmpdir(), 'headway-page-'))
  xvnc = spawn(
    'Xvnc',
    [
      '-displayfd',
      '3',
      '-rfbunixpath',
      join(folder, 'rfb'),
      '-rfbport',
      '-1',
      '-SecurityTypes',
      'None',
      '-geometry',
      '640x480',
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  )
  await once(xvnc.stdio[3] as Readable, 'data')
  browser = await openBrowser()
  page = await browser.newPage()
  await page.goto(host.address())
  await page.waitForFunction(() => document.title.startsWith('booted'))
}, 60_000)
afterAll(async () => {
  await browser?.close()
  xvnc?.kill()
  await host?.close()
  await rm(folder, { recursive: true, force: true })
})

const desktop = async (): Promise<Duplex> => {
  const socket = connect(join(folder, 'rfb'))
  await once(socket, 'connect')
  return socket
}

/** Shows a desktop until its picture is there; gives its size, and what the page's policy refused. */
const show = (ticket: string, overPort: boolean) =>
  page.evaluate(
    async ([given, throughPort]) => {
      const { parts } = globalThis as unknown as Parts
      const socket = parts.host.openViewer(given)
      let channel = socket
      if (throughPort) {
        const { port1, port2 } = new MessageChannel()
        const joined = parts.bytesOverPort(parts.portFromMessagePort(port1), {
          data: (bytes) => {
            socket.send(bytes)
            joined.consumed(bytes.length)
          },
          ended: () => socket.close(),
        })
        Object.assign(socket, {
          onopen: () => joined.accept(),
          onmessage: ({ data }: MessageEvent<ArrayBuffer>) => void joined.send(new Uint8Array(data)),
          onclose: () => joined.end('ended'),
        })
        channel = parts.channelOverPort(Promise.resolve(parts.portFromMessagePort(port2)))
      }
      const target = document.body.appendChild(document.createElement('div'))
      const rfb = new parts.RFB(target, channel, { shared: true })
      await new Promise((resolve, reject) => {
        rfb.addEventListener('connect', resolve)
        rfb.addEventListener('disconnect', () => reject(new Error('disconnected')))
      })
      const size = (): string => `${target.querySelector('canvas')?.width}x${target.querySelector('canvas')?.height}`
      for (let tries = 0; tries < 400 && size() !== '640x480'; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 25))
      }
      const shown = size()
      const gone = new Promise((resolve) => rfb.addEventListener('disconnect', resolve))
      rfb.disconnect()
      await gone
      return { shown, violations: parts.violations }
    },
    [ticket, overPort] as const,
  )

test('noVNC shows a desktop over the page’s WebSocket, and our policy refuses it nothing', async () => {
  expect(await show(host.ticket(desktop), false)).toEqual({ shown: '640x480', violations: [] })
})

test('and over a port, whose channel it takes in place of a WebSocket', async () => {
  expect(await show(host.ticket(desktop), true)).toEqual({ shown: '640x480', violations: [] })
})

test('a ticket that was used closes the channel with its own code', async () => {
  const code = await page.evaluate(
    (ticket) =>
      new Promise((resolve) => {
        const channel = (globalThis as unknown as Parts).parts.host.openViewer(ticket)
        Object.assign(channel, { onclose: (event: CloseEvent) => resolve(event.code) })
      }),
    'used',
  )
  expect(code).toBe(4404)
})

test('a page that is busy for a while loses nothing of what came meanwhile', async () => {
  const total = 24 * 1024 * 1024
  let sent = 0
  const server = createServer((socket) => {
    const chunk = Buffer.alloc(64 * 1024, 1)
    const fill = (): void => {
      while (sent < total) {
        sent += chunk.length
        if (!socket.write(chunk)) return
      }
      socket.end()
    }
    socket.on('drain', fill)
    socket.on('error', () => undefined)
    fill()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const ticket = host.ticket(async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    await once(socket, 'connect')
    return socket
  })
  const got = await page.evaluate(
    (given) =>
      new Promise<number>((resolve) => {
        const channel = (globalThis as unknown as Parts).parts.host.openViewer(given)
        let length = 0
        Object.assign(channel, {
          onmessage({ data }: MessageEvent<ArrayBuffer>) {
            // A picture that takes long to draw.
            if (length === 0) for (const until = Date.now() + 500; Date.now() < until;);
            length += data.byteLength
          },
          onclose: () => resolve(length),
        })
      }),
    ticket,
  )
  expect(got).toBe(total)
  server.close()
})

test('a desktop’s own window has the session of the page that opened it; an address alone has none', async () => {
  const [own] = await Promise.all([
    page.waitForEvent('popup'),
    page.evaluate(() => void window.open('#/desktops/1832/window', 'desktop-1832', 'popup,width=900,height=700')),
  ])
  await vi.waitUntil(async () => (await own.title()) !== 'Headway', { timeout: 10_000 })
  expect(await own.title()).toBe('booted #/desktops/1832/window')
  expect(await own.evaluate(() => location.hash)).toBe('#/desktops/1832/window')
  const stranger = await browser.newPage()
  await stranger.goto(`${host.url}#/desktops/1832/window`)
  await vi.waitUntil(async () => (await stranger.title()) !== 'Headway', { timeout: 10_000 })
  expect(await stranger.title()).toBe('NoSessionError')
  await Promise.all([own.close(), stranger.close()])
})
