/**
 * A desktop in the window, through SSH to an agent's session, against plain noVNC on websockify before the same X server, on the
 * same machine: pictures a second while a terminal floods, and milliseconds from a key to the next picture, in turns, medians.
 * Both pages run the same noVNC and ask for the same quality. `BENCH_RUNS` and `BENCH_SECONDS` change number and length.
 */
import { spawn } from 'node:child_process'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { startStack, type Stack } from '../../e2e/helpers/stack.ts'
import { go } from '../../e2e/helpers/window.ts'
import { openBrowser } from '../../helpers/chromium.ts'
import { canRunDesktops } from '../../helpers/desktop-session.ts'
import { hasPart } from '../../helpers/parts.ts'
import { canRunSshd, startSshd, type TestSshd } from '../../helpers/sshd.ts'
import { countPictures, keyLatencies, picturesPerSecond } from './counting.ts'

const runs = Number(process.env['BENCH_RUNS'] ?? 5)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 5)
const KEYS = 40
const size = { width: 1300, height: 900 }
const novnc = fileURLToPath(new URL('../../../node_modules/@novnc/novnc', import.meta.url))

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const figure = (name: string, value: number, unit: string, ratio?: number) =>
  console.log(`${name} ${value.toFixed(1)} ${unit} ${ratio?.toFixed(2) ?? '-'}`)

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.once('close', () => socket.destroy())
      setTimeout(() => socket.destroy(), 40)
    })
    if (isThere) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('websockify does not listen')
}

interface Session {
  display: number
  socket: string
}

/** What the one desktop of the account says of itself, and its password. */
function sessionUnder(home: string): Session & { password: string } {
  const [file] = globSync('.local/share/headway/**/.headway/desktop/session.json', { cwd: home }).map((at) =>
    join(home, at),
  )
  if (file === undefined) throw new Error('the desktop left no session')
  const session = JSON.parse(readFileSync(file, 'utf8')) as Session
  return { ...session, password: readFileSync(join(dirname(file), 'password'), 'utf8').trim() }
}

/** Adds the account as a site by SSH, starts a desktop that has a terminal alone, and shows it pixel for pixel. */
async function showOwn(page: Page, stack: Stack, sshd: TestSshd): Promise<void> {
  await page.goto(stack.address)
  await page.locator('input[autocomplete="username"]').waitFor()
  await go(page, '#/sites/add')
  await page.getByRole('textbox', { name: 'Where?' }).fill(`${sshd.user}@127.0.0.1:${sshd.port}`)
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Trust and connect' }).click()
  await dialog.getByLabel(/Password/).fill(sshd.password)
  await page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: 'Install and start' }).click()
  await page.getByRole('heading', { name: 'Templates', level: 1 }).waitFor({ timeout: 60_000 })
  await go(page, '#/desktops/new')
  await page.locator('input[name="template"][value="desktop-terminal"]').check({ force: true })
  await page.getByRole('button', { name: 'Start the desktop' }).click()
  await page.locator('[data-state="connected"] canvas').first().waitFor({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Not for this desktop' }).click()
}

async function main(): Promise<void> {
  if (!canRunSshd || !canRunDesktops || !hasPart('websockify') || !hasPart('chromium'))
    return console.log('sshd, Xvnc, websockify or Chromium is not here, or we are not root: nothing measured')
  const folder = mkdtempSync(join(tmpdir(), 'headway-bench-'))
  const endings: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
  try {
    const sshd = await startSshd()
    endings.push(() => sshd.close())
    const stack = await startStack({ environment: { HOME: folder } })
    endings.push(() => stack.stop())
    const browser = await openBrowser()
    endings.push(() => browser.close())
    const own = await pageOf(browser)
    await showOwn(own, stack, sshd)
    const session = sessionUnder(sshd.home)
    const peer = await pageOf(browser)
    const desktop = new URL(own.url()).hash
    const shown = own.locator('[data-state="connected"] canvas').first()
    await go(own, '#/jobs')
    const places = {
      own: {
        page: own,
        arrive: async () => {
          await go(own, desktop)
          await shown.waitFor({ timeout: 20_000 })
        },
        leave: () => go(own, '#/jobs'),
      },
      peer: await preparePeer(peer, session, folder, endings),
    }
    await compare(places, session, sshd, endings)
  } finally {
    for (const end of endings.toReversed()) await end()
  }
}

async function pageOf(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext({ viewport: size, locale: 'en-GB' })).newPage()
  await page.addInitScript(countPictures)
  await page.addInitScript(() =>
    localStorage.setItem('headway.viewer.desktop-terminal', JSON.stringify({ quality: 'balanced' })),
  )
  return page
}

/** A page with the desktop in it, and without. */
interface Place {
  page: Page
  arrive(): Promise<void>
  leave(): Promise<unknown>
}

/** The peer: noVNC's own page as small as it gets, from websockify, which joins it to the same socket. */
async function preparePeer(
  page: Page,
  session: Session & { password: string },
  folder: string,
  endings: (() => unknown)[],
): Promise<Place> {
  const web = join(folder, 'web')
  cpSync(novnc, web, { recursive: true })
  cpSync(fileURLToPath(new URL('peer/index.html', import.meta.url)), join(web, 'index.html'))
  const port = await freePort()
  const websockify = spawn('websockify', ['--web', web, '--unix-target', session.socket, `127.0.0.1:${port}`], {
    stdio: 'ignore',
  })
  endings.push(() => websockify.kill())
  await untilListening(port)
  return {
    page,
    async arrive() {
      await page.goto(`http://127.0.0.1:${port}/index.html#password=${session.password}`)
      await page.waitForFunction(() => document.title === 'connected', undefined, { timeout: 20_000 })
    },
    leave: () => page.goto('about:blank'),
  }
}

/** Text without end in a terminal over the whole screen, as fast as it is drawn. */
const flood = [
  'BEGIN { srand(1); for (;;) { line = ""; for (c = 0; c < 120; c++) line = line sprintf("%c", 33 + int(rand() * 90));',
  'printf "\\033[3%dm%s\\n", 1 + int(rand() * 7), line } }',
].join(' ')

async function compare(
  pages: Record<'own' | 'peer', Place>,
  session: Session,
  sshd: TestSshd,
  endings: (() => unknown)[],
): Promise<void> {
  const pictures = { own: [] as number[], peer: [] as number[] }
  const latencies = { own: [] as number[], peer: [] as number[] }
  const client = (...command: string[]) => {
    const child = spawn('setsid', command, {
      env: {
        PATH: process.env['PATH'],
        DISPLAY: `:${session.display}`,
        XAUTHORITY: join(dirname(session.socket), 'Xauthority'),
        LC_ALL: 'C.UTF-8',
      },
      uid: sshd.uid,
      gid: sshd.gid,
      stdio: 'ignore',
    })
    const end = (): void => void (child.exitCode === null && child.pid !== undefined && process.kill(-child.pid))
    endings.push(end)
    return end
  }
  const inTurn = async (measure: (page: Page, which: 'own' | 'peer') => Promise<void>) => {
    for (let run = 0; run < runs; run++) {
      for (const which of ['peer', 'own'] as const) {
        await pages[which].arrive()
        await pages[which].page.bringToFront()
        await measure(pages[which].page, which)
        // The other one has the machine for itself.
        await pages[which].leave()
      }
    }
  }
  await inTurn(async (page, which) => {
    await page
      .locator('canvas')
      .first()
      .click({ position: { x: 40, y: 40 } })
    latencies[which].push(median(await keyLatencies(page, KEYS)))
  })
  const stop = client('xterm', '-maximized', '-e', 'awk', flood)
  await inTurn(async (page, which) => void pictures[which].push(await picturesPerSecond(page, seconds * 1000)))
  stop()
  const [frames, peerFrames] = [median(pictures.own), median(pictures.peer)]
  const [latency, peerLatency] = [median(latencies.own), median(latencies.peer)]
  figure('websockify-pictures', peerFrames, '/s')
  figure('desktop-pictures', frames, '/s', frames / peerFrames)
  figure('websockify-key-to-picture', peerLatency, 'ms')
  figure('desktop-key-to-picture', latency, 'ms', latency / peerLatency)
}

await main()
