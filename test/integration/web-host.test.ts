import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { readOwner, writeOwner } from '../../src/core/host-kit/owner-file.ts'
import { openBrowserPage } from '../helpers/browser-page.ts'

const root = join(import.meta.dirname, '../..')
let folder: string
const children: ChildProcess[] = []

beforeAll(() => {
  const args = ['scripts/build.mjs', '--only', 'web', '--only', 'renderer']
  const build = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  expect(build.status, build.stderr).toBe(0)
}, 120_000)
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headway-host-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

/** The built Node host as a process that has no electron. */
function start(): { child: ChildProcess; output: () => string } {
  const blocked = join(import.meta.dirname, 'no-electron.mjs')
  const child = spawn(process.execPath, ['--import', blocked, join(root, 'dist/web/headway-web.js')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      HEADWAY_APP_DATA: join(folder, 'app'),
      HEADWAY_NO_BROWSER: '1',
      HEADWAY_LOCAL_SITE: JSON.stringify({ url: 'http://127.0.0.1:5010', username: 'admin' }),
    },
  })
  children.push(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (text += data.toString()))
  return { child, output: () => text }
}

async function addressOf(output: () => string): Promise<URL> {
  await expect.poll(output, { timeout: 20_000 }).toMatch(/#token=/)
  return new URL(/http:\S+/.exec(output())?.[0] ?? '')
}

test('the Node host runs without electron: page, session, calls, and a clean end', async () => {
  const { child, output } = start()
  const address = await addressOf(output)
  const page = await fetch(address)
  expect(page.status).toBe(200)
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
  const nonce = /'nonce-([^']+)'/.exec(page.headers.get('content-security-policy') ?? '')?.[1] ?? 'none'
  const html = await page.text()
  expect(html).toContain(nonce)
  expect(html).not.toContain('__CSP_NONCE__')
  const script = /src="([^"]+\.js)"/.exec(html)?.[1] ?? ''
  expect((await fetch(new URL(script, address))).headers.get('cache-control')).toContain('immutable')

  const { rpc } = await openBrowserPage(address.href)
  expect(await rpc.call('host', 'info', {})).toMatchObject({
    capabilities: {
      localPaths: false,
      nativeDialogs: false,
      trayIcon: false,
      secretsPersist: true,
      browserDownloads: true,
    },
    localSite: { url: 'http://127.0.0.1:5010', username: 'admin' },
  })
  await expect(rpc.call('host', 'openExternal', { url: 'https://docs.example/' })).rejects.toThrow()
  rpc.close()

  expect((await stat(join(folder, 'app'))).mode & 0o777).toBe(0o700)
  const log = await readFile(join(folder, 'app', 'logs', 'headway.log'), 'utf8').catch(() => '')
  expect(log).not.toContain(address.hash.slice('#token='.length))

  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('a second one over the same data says so and ends', async () => {
  const first = start()
  await addressOf(first.output)
  const second = start()
  const [code] = (await once(second.child, 'close')) as [number]
  expect(code).toBe(1)
  expect(second.output()).toContain(`Headway is already open on this machine (process ${first.child.pid}`)
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  await addressOf(start().output)
})

test('it says at its end what is not sent yet', async () => {
  const { child, output } = start()
  const { rpc } = await openBrowserPage((await addressOf(output)).href)
  const { id } = await rpc.call('sites', 'add', { url: 'ssh://jin@127.0.0.1:1' })
  await rpc.call('outbox', 'add', { site: id, action: { kind: 'change', ids: ['7'], change: { action: 'cancel' } } })
  rpc.close()
  child.kill('SIGINT')
  expect(await once(child, 'close')).toEqual([0, null])
  expect(output()).toContain('1 entry waits in the outbox. It is kept, and goes out at the next start.')
})

test('it ends once its data is in use on another machine, and says where', async () => {
  const { child, output } = start()
  await addressOf(output)
  const owner = { host: 'ws12', pid: 1, token: 'theirs', beat: 3, at: 0 }
  await writeOwner(join(folder, 'app', 'host.owner'), owner)
  expect(await once(child, 'close')).toEqual([1, null])
  expect(output()).toContain('Headway was opened on ws12')
  expect(await readOwner(join(folder, 'app', 'host.owner'))).toEqual(owner)
})

test('it ends with the process that started it, however that one ended', async () => {
  const program = `
    const { spawn } = require('node:child_process')
    const child = spawn(process.execPath, [process.argv[1]], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
    child.stdout.on('data', (data) => process.stdout.write(child.pid + ' ' + data))`
  const parent = spawn(process.execPath, ['-e', program, join(root, 'dist/web/headway-web.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, HEADWAY_APP_DATA: join(folder, 'app'), HEADWAY_NO_BROWSER: '1' },
  })
  children.push(parent)
  let text = ''
  parent.stdout.on('data', (data: Buffer) => (text += data.toString()))
  const address = await addressOf(() => text)
  expect((await fetch(address)).status).toBe(200)
  parent.kill('SIGKILL')
  await expect
    .poll(
      () =>
        fetch(address)
          .then(() => 'up')
          .catch(() => 'down'),
      { timeout: 10_000 },
    )
    .toBe('down')
})
