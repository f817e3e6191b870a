import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AppErrorValue } from '../../contract/errors.ts'
import type { ViewerState } from '../../src/renderer/features/desktops/viewer/types.ts'
import { startDesktopSession, type DesktopSession } from '../helpers/desktop-session.ts'
import { hasPart } from '../helpers/parts.ts'
import { openBrowser, shoot } from './helpers/browser.ts'
import { serveViewer, type ViewerSite } from './helpers/viewer-site.ts'
import { watch } from './helpers/window.ts'

/** What the page has been told (helpers/viewer-page.mjs). */
interface Told {
  states: ViewerState[]
  inputs: number
  pictures: string[]
  files: string[]
  ready: Set<() => void>
  setShown(on: boolean): void
  setActive(on: boolean): void
}
declare global {
  var viewer: Told
}

// A terminal that writes what is typed into a file, as it comes.
const script = `xsetroot -solid '#204080'
xterm -u8 -geometry 60x12+0+0 -e 'stty -echo -icanon -isig; touch ready; exec cat >typed'`

const limit = 30_000
const preferences = {
  scale: 'resize',
  everyPixel: false,
  quality: 'automatic',
  localInput: false,
  clipboard: false,
  figures: false,
}

const screen = (page: Page) => page.getByRole('application', { name: /Wing/ })
const state = (page: Page) => page.evaluate(() => globalThis.viewer.states.at(-1)?.kind)
/** Connections that were made so far. */
const connections = (page: Page) =>
  page.evaluate(() => globalThis.viewer.states.filter(({ kind }) => kind === 'connected').length)

const is = (page: Page, kind: ViewerState['kind']) => expect.poll(() => state(page), { timeout: limit }).toBe(kind)

const shown = (page: Page) =>
  screen(page).evaluate((canvas: HTMLCanvasElement) => ({
    pixels: [canvas.width, canvas.height],
    size: [canvas.getBoundingClientRect().width, canvas.getBoundingClientRect().height],
  }))

const colour = (page: Page, x: number, y: number) =>
  screen(page).evaluate(
    (canvas: HTMLCanvasElement, at) => [
      ...(canvas.getContext('2d')?.getImageData(at[0] ?? 0, at[1] ?? 0, 1, 1).data ?? []),
    ],
    [x, y],
  )

describe.skipIf(!['Xvnc', 'xterm', 'xsetroot', 'xdotool', 'xclip', 'chromium'].every(hasPart))('the viewer', () => {
  let session: DesktopSession
  let site: ViewerSite
  let browser: Browser

  beforeAll(async () => {
    session = await startDesktopSession({ script, geometry: '1000x700', environment: { LC_ALL: 'C.UTF-8' } })
    await session.session()
    site = await serveViewer(session)
    browser = await openBrowser()
    await vi.waitFor(() => expect(existsSync(join(session.folder, 'ready'))).toBe(true), { timeout: limit })
  })
  afterAll(async () => {
    await browser?.close()
    await site?.close()
    await session?.close()
  })
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
    Object.assign(site.next, { password: session.password(), viewOnly: false, clipboard: true })
    delete site.next.error
  })

  const typed = () => readFileSync(join(session.folder, 'typed'), 'utf8')
  const clipboard = () => session.run('xclip', ['-o', '-selection', 'clipboard', '-t', 'UTF8_STRING'])
  const remoteSize = async () => (await session.run('xdotool', ['getdisplaygeometry'])).trim().split(' ').map(Number)

  async function open(
    options: { kept?: object; query?: string; scale?: number; clipboard?: boolean } = {},
  ): Promise<Page> {
    const context = await browser.newContext({
      locale: 'en-US',
      viewport: { width: 1101, height: 777 },
      deviceScaleFactor: options.scale ?? 1,
      permissions: options.clipboard === true ? ['clipboard-read', 'clipboard-write'] : [],
    })
    const page = await context.newPage()
    await page.addInitScript(
      (kept) => localStorage.setItem('headway.viewer.test', kept),
      JSON.stringify({ ...preferences, ...options.kept }),
    )
    await page.goto(site.address + (options.query ?? ''))
    await is(page, 'connected')
    await expect.poll(async () => (await shown(page)).pixels[0], { timeout: limit }).toBeGreaterThan(0)
    return page
  }

  it('shows what the X server draws, in its pixels, and follows odd sizes under the policy of the window', async () => {
    const page = await open()
    const seen = watch(page)
    for (const [width, height] of [
      [1101, 777],
      [803, 601],
      [1440, 900],
    ] as const) {
      await page.setViewportSize({ width, height })
      // The toolbar is 36 px high.
      await expect.poll(remoteSize, { timeout: limit }).toEqual([width, height - 36])
      await expect
        .poll(() => shown(page), { timeout: limit })
        .toEqual({ pixels: [width, height - 36], size: [width, height - 36] })
    }
    await expect.poll(() => colour(page, 1300, 700), { timeout: limit }).toEqual([0x20, 0x40, 0x80, 255])
    await session.run('xsetroot', ['-solid', '#c06010'])
    await expect.poll(() => colour(page, 1300, 700), { timeout: limit }).toEqual([0xc0, 0x60, 0x10, 255])
    expect(seen).toEqual({ errors: [], foreign: [] })
  })

  it('uses every pixel of a dense display, and the pointer is where it points', async () => {
    const page = await open({ scale: 2, kept: { everyPixel: true } })
    await expect.poll(remoteSize, { timeout: limit }).toEqual([2202, 1482])
    await expect.poll(async () => (await shown(page)).size, { timeout: limit }).toEqual([1101, 741])
    await page.mouse.move(300.5, 36 + 200.5)
    await expect
      .poll(() => session.run('xdotool', ['getmouselocation']), { timeout: limit })
      .toMatch(/^x:60[01] y:40[01] /)
  })

  it('passes keys, keys of the menu, and modifiers that are held', async () => {
    const page = await open()
    const before = typed().length
    await page.mouse.click(100, 100)
    await page.keyboard.type('Hello, World! ~|{}@')
    const menu = async (role: 'menuitem' | 'menuitemcheckbox', name: string) => {
      await page.getByRole('button', { name: 'Special keys' }).click()
      await page.getByRole(role, { name, exact: true }).click()
      await expect.poll(() => screen(page).evaluate((canvas) => canvas === document.activeElement)).toBe(true)
    }
    await menu('menuitem', 'Esc')
    await menu('menuitemcheckbox', 'Ctrl')
    await page.keyboard.type('a')
    await menu('menuitemcheckbox', 'Ctrl')
    await page.keyboard.type('b')
    await expect.poll(() => typed().slice(before), { timeout: limit }).toBe('Hello, World! ~|{}@\u001b\u0001b')
    expect(await page.evaluate(() => globalThis.viewer.inputs)).toBeGreaterThan(20)
    for (const key of ['Control', 'Alt', 'Shift']) await page.keyboard.down(key)
    for (const key of ['Shift', 'Alt', 'Control']) await page.keyboard.up(key)
    expect(await page.getByRole('toolbar').evaluate((bar) => bar.contains(document.activeElement))).toBe(true)
  })

  it('types Hangul that is composed here, more syllables than an X server has free keys for, in order', async () => {
    const page = await open({ kept: { localInput: true } })
    const before = typed().length
    const devtools = await page.context().newCDPSession(page)
    const compose = async (...steps: string[]) => {
      for (const text of steps)
        await devtools.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })
      await devtools.send('Input.insertText', { text: steps.at(-1) ?? '' })
    }
    await page.mouse.click(100, 100)
    await compose('ㅎ', '하', '한')
    await compose('ㄱ', '그', '글')
    await page.keyboard.press('Enter')
    await page.keyboard.type('abc')
    let many = ''
    for (let count = 0; count < 40; count += 1) {
      const syllable = String.fromCodePoint(0xac00 + count * 271)
      many += syllable
      await compose(syllable)
    }
    await page.keyboard.press('Enter')
    await expect.poll(() => typed().slice(before), { timeout: limit }).toBe(`한글\nabc${many}\n`)
  })

  it('passes text both ways once it was asked, and none where it is off', async () => {
    const page = await open({ clipboard: true, kept: { clipboard: undefined } })
    const here = () => page.evaluate(() => navigator.clipboard.readText())
    await page.evaluate(() => navigator.clipboard.writeText('여기에서 ü'))
    await page.getByRole('button', { name: 'Share', exact: true }).click()
    await expect.poll(clipboard, { timeout: limit }).toBe('여기에서 ü')
    await session.run('xclip', ['-selection', 'clipboard'], '저기에서 €\nzwei')
    await expect.poll(here, { timeout: limit }).toBe('저기에서 €\nzwei')
    await page.getByRole('button', { name: 'Clipboard' }).click()
    await page.getByRole('switch', { name: 'Share copied text both ways' }).press('Space')
    await session.run('xclip', ['-selection', 'clipboard'], 'secret')
    // It has arrived, but in the panel alone.
    await page.getByText('secret', { exact: true }).waitFor()
    expect(await here()).toBe('저기에서 €\nzwei')
  })

  it('may be forbidden by the site', async () => {
    site.next.clipboard = false
    const page = await open({ kept: { clipboard: true } })
    await page.getByRole('button', { name: 'Clipboard' }).click()
    await page.getByText('This site does not allow it.').waitFor()
    expect(await page.getByRole('switch').isDisabled()).toBe(true)
  })

  it('comes back within 5 s of each of ten cuts, and leaves nothing behind', async () => {
    const page = await open()
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Performance.enable')
    const left = async () => {
      await devtools.send('HeapProfiler.collectGarbage')
      const { metrics } = await devtools.send('Performance.getMetrics')
      return (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0
    }
    const again = async () => {
      const began = Date.now()
      const before = await connections(page)
      site.cut()
      await expect.poll(() => connections(page), { timeout: limit, interval: 20 }).toBe(before + 1)
      await expect.poll(() => page.locator('canvas').count(), { timeout: limit }).toBe(1)
      return Date.now() - began
    }
    await again()
    const before = await left()
    for (let count = 0; count < 10; count += 1) expect(await again()).toBeLessThan(5000)
    await expect
      .poll(async () => (await left())('JSEventListeners') - before('JSEventListeners'), { timeout: limit })
      .toBeLessThan(10)
    expect((await left())('Nodes') - before('Nodes')).toBeLessThan(50)
  })

  it('keeps the last picture, tries on while the site is away, and stops where the desktop has ended', async () => {
    const page = await open()
    const offline: AppErrorValue = { code: 'OFFLINE', data: { site: 'hpc' }, message: 'offline' }
    site.next.error = offline
    site.cut()
    await page.getByText('Reconnecting, try 3.').waitFor({ timeout: limit })
    expect(
      await page
        .locator('canvas')
        .first()
        .evaluate((canvas: HTMLCanvasElement) => canvas.width),
    ).toBe(1101)
    delete site.next.error
    await page.evaluate(() => globalThis.viewer.ready.forEach((listener) => listener()))
    await is(page, 'connected')
    const data = { host: 'n1', reason: 'not-ready', detail: '' } as const
    site.next.error = { code: 'DESKTOP_UNREACHABLE', data, message: 'over' }
    site.cut()
    await is(page, 'failed')
    delete site.next.error
    await page.getByRole('button', { name: 'Try again' }).click()
    await is(page, 'connected')
  })

  it('asks for another password once, then says that it was refused', async () => {
    const page = await open()
    const before = site.opens()
    site.next.password = 'wrong'
    site.cut()
    await is(page, 'refused')
    expect(site.opens() - before).toBe(2)
    await page.getByText('The desktop did not take the password.').waitFor()
  })

  it('rests while another is in front, gives small pictures, and ends with its element', async () => {
    const page = await open()
    await page.evaluate(() => globalThis.viewer.setActive(false))
    await page.waitForFunction(() => globalThis.viewer.pictures.length > 0, undefined, { timeout: limit })
    const picture = await page.evaluate(() => globalThis.viewer.pictures.at(-1) ?? '')
    expect(picture).toMatch(/^data:image\/jpeg;base64,[A-Za-z0-9+/=]{500,}$/)
    expect(picture.length).toBeLessThanOrEqual(48_000)
    await page.evaluate(() => globalThis.viewer.setActive(true))
    await session.run('xsetroot', ['-solid', '#107030'])
    await expect.poll(() => colour(page, 1000, 700), { timeout: limit }).toEqual([0x10, 0x70, 0x30, 255])
    await page.evaluate(() => globalThis.viewer.setShown(false))
    await is(page, 'closed')
    await expect.poll(() => session.stats()?.viewers, { timeout: limit }).toBe(0)
  })

  it('saves what is shown, and takes files', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'Screenshot' }).click()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Save as a PNG file' }).click(),
    ])
    expect(file.suggestedFilename()).toMatch(/^Wing \d{4}-\d\d-\d\d \d\d\.\d\d\.png$/)
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') })
    expect(await page.evaluate(() => globalThis.viewer.files)).toEqual(['a.txt'])
  })

  it.each([
    { language: 'en', theme: 'light', keys: 'Special keys' },
    { language: 'ko', theme: 'dark', keys: '특수 키' },
  ])('is accessible, in $language and $theme', async ({ language, theme, keys }) => {
    const page = await open({
      query: `?language=${language}&theme=${theme}`,
      kept: { clipboard: undefined, figures: true },
    })
    await shoot(page, `viewer-${language}-${theme}`)
    await page.getByRole('button', { name: keys }).click()
    await shoot(page, `viewer-${language}-${theme}-keys`)
  })
})
