import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasCluster, sharedCluster, type Cluster } from '../helpers/cluster.ts'
import { canRunDesktops } from '../helpers/desktop-session.ts'
import { hasPart } from '../helpers/parts.ts'
import { canRunSshd, startSshd, type TestSshd } from '../helpers/sshd.ts'
import { openBrowser, shoot } from './helpers/browser.ts'
import { startStack, type Stack } from './helpers/stack.ts'
import { expectText, go, koreanAndDark, watch } from './helpers/window.ts'

const run = promisify(execFile)
const isPossible = hasCluster && canRunSshd && canRunDesktops && hasPart('chromium') && hasPart('xdotool')

/** 16 × 8 without any symmetry, as XBM has it: each byte's lowest bit left. */
const rows = [0x01, 0x80, 0x03, 0x00, 0x07, 0x40, 0x0f, 0x00, 0x11, 0x22, 0x00, 0x00, 0xff, 0x01, 0x80, 0xff]
const pattern = `#define p_width 16\n#define p_height 8\nstatic char p_bits[] = {\n${rows.map((bits) => `0x${bits.toString(16)}`).join(', ')} };\n`
const [ink, paper] = ['#c01234', '#0a6b3f']

/** A user who has nothing but SSH to a head node of a real Slurm, where nobody has installed anything for them. */
describe.skipIf(!isPossible)('desktops on a real Slurm, over SSH', { timeout: 180_000 }, () => {
  const home = mkdtempSync(join(tmpdir(), 'headway-desk-home-'))
  let cluster: Cluster
  let sshd: TestSshd
  let stack: Stack
  let browser: Browser
  let page: Page
  let seen: ReturnType<typeof watch>
  let desktop = ''
  const screen = () => page.locator('[data-state="connected"] canvas').first()

  beforeAll(async () => {
    cluster = await sharedCluster()
    sshd = await startSshd()
    await cluster.run('sacctmgr', ['-i', '-Q', 'add', 'user', sshd.user, 'account=lab'])
    writeFileSync(join(sshd.home, '.bash_profile'), `export SLURM_CONF=${cluster.conf}\n`)
    stack = await startStack({ environment: { HOME: home } })
    browser = await openBrowser()
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      locale: 'en-GB',
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    page = await context.newPage()
    seen = watch(page)
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
  }, 300_000)

  afterAll(async () => {
    await browser?.close()
    await cluster?.run('scancel', ['-u', sshd.user]).catch(() => '')
    await stack?.stop()
    await cluster?.run('sacctmgr', ['-i', '-Q', 'delete', 'user', sshd.user, 'account=lab']).catch(() => '')
    await sshd?.close()
    await cluster?.close()
    rmSync(home, { recursive: true, force: true })
  }, 60_000)

  /** The folder of the desktop's job. */
  const folderOf = async (id: string): Promise<string> =>
    (await cluster.run('scontrol', ['show', 'job', '-o', id])).match(/ WorkDir=(\S+)/)?.[1] ?? ''

  /** An X client of the user's own on the desktop's display; what it prints. */
  async function inside(id: string, command: string, ...args: string[]): Promise<string> {
    const session = JSON.parse(readFileSync(join(await folderOf(id), '.headway/desktop/session.json'), 'utf8')) as {
      display: number
      socket: string
    }
    const authority = join(session.socket, '..', 'Xauthority')
    const environment = [`DISPLAY=:${session.display}`, `XAUTHORITY=${authority}`, 'LC_ALL=C.UTF-8']
    const { stdout } = await run('runuser', ['-u', sshd.user, '--', 'env', ...environment, command, ...args], {
      timeout: 20_000,
      cwd: '/',
    })
    return stdout
  }

  async function start(kind: string, minutes: string, partition = 'viz'): Promise<string> {
    await go(page, '#/desktops/new')
    await page.locator(`input[name="template"][value="${kind}"]`).check({ force: true })
    // A field for text until the site has said what there is.
    await page.getByRole('combobox', { name: 'Partition' }).click()
    await page.getByRole('option', { name: partition }).first().click()
    await page.getByLabel('Time', { exact: true }).fill(minutes)
    await page.getByRole('button', { name: 'Start the desktop' }).click()
    await page.waitForURL(/#\/desktops\/\d+$/, { timeout: 60_000 })
    return /#\/desktops\/(\d+)/.exec(page.url())?.[1] ?? ''
  }

  it('one click later a desktop of a viz node is in the window', async () => {
    await go(page, '#/desktops')
    await expectText(page, /No desktops on/)
    await shoot(page, 'desktops-empty-light-en')
    desktop = await start('desktop', '30')
    await screen().waitFor({ timeout: 60_000 })
    const [state, partition, user] = (await cluster.run('squeue', ['-h', '-j', desktop, '-o', '%T|%P|%u']))
      .trim()
      .split('|')
    expect([state, partition, user]).toEqual(['RUNNING', 'viz', sshd.user])
    const share = page.getByRole('button', { name: 'Share', exact: true })
    await share.click()
    await share.waitFor({ state: 'detached' })
  })

  it('what an X client draws is on the canvas, at odd sizes too', async () => {
    const file = join(home, 'pattern.xbm')
    writeFileSync(file, pattern, { mode: 0o644 })
    await run('chmod', ['755', home])
    for (const [width, height] of [
      [1440, 900],
      [1111, 777],
      [1293, 831],
    ] as const) {
      await page.setViewportSize({ width, height })
      const sizes = async () => {
        const root = await inside(desktop, 'xdotool', 'getdisplaygeometry')
        const canvas = await screen().evaluate((each: HTMLCanvasElement) => {
          const { width: across, height: down } = each.getBoundingClientRect()
          return [each.width, each.height, Math.round(across), Math.round(down)]
        })
        return [root.trim(), ...canvas]
      }
      await expect
        .poll(
          async () => {
            const [root, across, down, shownAcross, shownDown] = await sizes()
            return (
              root === `${across} ${down}` && across === shownAcross && down === shownDown && Number(across) > width / 2
            )
          },
          { timeout: 15_000 },
        )
        .toBe(true)
      await inside(desktop, 'xsetroot', '-bitmap', file, '-fg', ink, '-bg', paper)
      await expect.poll(() => isDrawn(screen()), { timeout: 15_000 }).toBe('drawn')
    }
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  it('Latin and Hangul typed here arrive in an X client there', async () => {
    const folder = await folderOf(desktop)
    // Under the pointer is the terminal that the desktop begins with.
    const [window = ''] = (await inside(desktop, 'xdotool', 'search', '--class', 'xterm')).trim().split('\n')
    await inside(desktop, 'xdotool', 'windowfocus', '--sync', window)
    await page.getByRole('button', { name: 'Type with this computer’s input method' }).click()
    await page.getByRole('textbox', { name: 'Keyboard of Desktop' }).focus()
    await page.keyboard.type('cat > typed.txt\n')
    await page.keyboard.type('Latin, {signs} & 1/2 ~')
    await page.keyboard.press('Enter')
    await page.keyboard.insertText('한글과 조합')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+d')
    await expect
      .poll(() => readIfThere(join(folder, 'typed.txt')), { timeout: 15_000 })
      .toBe('Latin, {signs} & 1/2 ~\n한글과 조합\n')
  })

  it('text passes between both clipboards', async () => {
    await page.evaluate(() => navigator.clipboard.writeText('여기에서 → there'))
    // As when the user comes back from the program where they copied it.
    const keyboard = page.getByRole('textbox', { name: 'Keyboard of Desktop' })
    await keyboard.blur()
    await keyboard.focus()
    await expect
      .poll(() => inside(desktop, 'xclip', '-o', '-selection', 'clipboard').catch(() => ''), { timeout: 15_000 })
      .toBe('여기에서 → there')
    await inside(desktop, 'sh', '-c', 'printf "거기에서 → here" | xclip -selection clipboard >/dev/null')
    await expect
      .poll(() => page.evaluate(() => navigator.clipboard.readText()), { timeout: 15_000 })
      .toBe('거기에서 → here')
    await shoot(page, 'desktop-viewer-light-en')
  })

  it('comes back by itself within 5 s after each of ten cuts', async () => {
    const folder = await folderOf(desktop)
    const taken: number[] = []
    for (let cut = 0; cut < 10; cut++) {
      const began = performance.now()
      sshd.cut()
      await page.locator('[data-state="reconnecting"]').first().waitFor({ timeout: 15_000 })
      await screen().waitFor({ timeout: 15_000 })
      taken.push(performance.now() - began)
    }
    expect(Math.max(...taken)).toBeLessThan(5000)
    // The same desktop, and nothing of the cut ones is left on it.
    const viewers = (): unknown =>
      (JSON.parse(readIfThere(join(folder, '.headway/desktop/stats.json')) || '{}') as { viewers?: number }).viewers
    await expect.poll(viewers, { timeout: 30_000 }).toBe(1)
  })

  it('is on its card with its picture, its node and its time', async () => {
    await go(page, '#/desktops')
    const card = page.getByRole('listitem').filter({ hasText: 'Desktop' }).first()
    await card.locator('img').first().waitFor()
    await expectText(page, /viz/)
    await shoot(page, 'desktops-light-en')
  })

  it('says in words why it ended when its X server is killed, and starts again', async () => {
    const server = await serverOf(desktop)
    await go(page, `#/desktops/${desktop}`)
    await screen().waitFor({ timeout: 30_000 })
    process.kill(server, 'SIGKILL')
    await page.getByRole('heading', { name: /has ended/ }).waitFor({ timeout: 30_000 })
    await shoot(page, 'desktop-ended-light-en')
    await expect.poll(() => isThere(server), { timeout: 15_000 }).toBe(false)
    await page.getByRole('button', { name: 'Start again', exact: true }).click()
    await screen().waitFor({ timeout: 60_000 })
  })

  it('says so when the time limit ends it while it is shown', async () => {
    await page.getByRole('heading', { name: /has ended/ }).waitFor({ state: 'detached' })
    await start('desktop-terminal', '1')
    await screen().waitFor({ timeout: 60_000 })
    // Slurm looks at limits now and then: a minute becomes up to two.
    await page.getByRole('heading', { name: /has ended/ }).waitFor({ timeout: 150_000 })
    await expectText(page, /time/i)
  }, 240_000)

  it('reads well in Korean and in the dark', async () => {
    await koreanAndDark(page)
    await go(page, '#/desktops/new')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await shoot(page, 'desktop-new-dark-ko')
    await go(page, '#/desktops')
    await page.getByRole('listitem').first().waitFor()
    await shoot(page, 'desktops-dark-ko')
  })

  it('says nothing wrong on the console and asks nobody else', () => {
    expect(seen.errors).toEqual([])
    expect(seen.foreign).toEqual([])
  })

  /** The process of the desktop's X server. */
  async function serverOf(id: string): Promise<number> {
    const { socket } = JSON.parse(readFileSync(join(await folderOf(id), '.headway/desktop/session.json'), 'utf8')) as {
      socket: string
    }
    return Number(readFileSync(join(socket, '..', 'server'), 'utf8'))
  }
})

/** Whether the pattern is in the lower left corner, which no window covers; else the first pixel that is not. */
const isDrawn = (screen: Locator): Promise<string> =>
  screen.evaluate(
    (canvas: HTMLCanvasElement, [bits, fore, back]) => {
      const context = canvas.getContext('2d')
      const [size, left, top] = [80, 4, canvas.height - 84]
      const { data } = context?.getImageData(left, top, size, size) ?? { data: [] }
      for (let y = 0; y < size; y++) {
        for (let x = 0; x < size; x++) {
          const [column, row] = [(left + x) % 16, (top + y) % 8]
          const set = ((Number(bits[row * 2 + (column >> 3)]) >> (column % 8)) & 1) === 1
          const at = (y * size + x) * 4
          const colour = [0, 1, 2].map((part) => (data[at + part] ?? 0).toString(16).padStart(2, '0')).join('')
          if (`#${colour}` !== (set ? fore : back)) return `#${colour} at ${left + x}, ${top + y}`
        }
      }
      return 'drawn'
    },
    [rows, ink, paper] as const,
  )

const isThere = (pid: number): boolean => {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

const readIfThere = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
