import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasPart } from '../helpers/parts.ts'
import { openBrowser, shoot } from './helpers/browser.ts'
import { startCutSite, type CutSite } from './helpers/cut-site.ts'
import { drop, expectText, go, koreanAndDark, signIn, turn, watch } from './helpers/window.ts'

const megabyte = 1_000_000
const mesh = (text: string): string => `$MeshFormat\n2.2 0 8\n$EndMeshFormat\n${text}\n`

describe.skipIf(!hasPart('chromium'))('uploads in the window', () => {
  let site: CutSite
  let browser: Browser
  let page: Page
  let seen: ReturnType<typeof watch>
  const folder = mkdtempSync(join(tmpdir(), 'headway-uploads-page-'))
  const file = (path: string, content: string | Uint8Array): string => {
    const whole = join(folder, path)
    mkdirSync(join(whole, '..'), { recursive: true })
    writeFileSync(whole, content)
    return whole
  }

  const row = (name: string) => page.getByRole('row').filter({ hasText: name })
  const rowIs = (name: string, text: string | RegExp, timeout = 60_000) =>
    row(name).filter({ hasText: text }).first().waitFor({ timeout })
  /** The stored files of this name, wherever the agent has put them. */
  const stored = (name: string): string[] =>
    readdirSync(site.agent.config.data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.startsWith(name))
      .map((entry) => join(entry.parentPath, entry.name))
  const switchLimit = (on: boolean) => turn(page.getByRole('switch', { name: 'Limit the upload speed' }), on)
  const clearAll = async () => {
    await go(page, '#/uploads')
    await page.getByRole('treegrid', { name: 'Uploads' }).focus()
    await page.keyboard.press('Control+a')
    // What is under way is cancelled first, then taken off the list.
    await expect
      .poll(
        async () => {
          await page.keyboard.press('Delete')
          return page.getByText('No uploads yet').count()
        },
        { timeout: 30_000, interval: 300 },
      )
      .toBe(1)
  }

  beforeAll(async () => {
    site = await startCutSite()
    browser = await openBrowser()
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      locale: 'en-GB',
      colorScheme: 'light',
      reducedMotion: 'reduce',
    })
    page = await context.newPage()
    seen = watch(page)
    await signIn(page, site)
  }, 240_000)

  afterAll(async () => {
    await browser?.close()
    await site?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('takes a folder that is dropped on its page, by class and with its tree', { timeout: 120_000 }, async () => {
    await go(page, '#/uploads')
    await expectText(page, 'No uploads yet')
    await shoot(page, 'uploads-page-empty-light-en')
    file('case/plate.msh', mesh('plate'))
    file('case/settings.yaml', 'left: 20\n')
    file('case/tables/하중.csv', 'case,N\n1,2400\n')
    await drop(page, [join(folder, 'case')])
    for (const heading of ['MESH Files (1)', 'CONFIG Files (1)', 'DATA Files (1)']) await expectText(page, heading)
    await rowIs('하중.csv', 'Uploaded')
    await expectText(page, 'case/tables/')
    await expectText(page, 'all uploaded')
    await shoot(page, 'uploads-page-done-light-en')
  })

  it('takes files on every other page, and tells there what became of them', { timeout: 60_000 }, async () => {
    await go(page, '#/jobs')
    await page.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor()
    await drop(page, [file('elsewhere.msh', mesh('elsewhere'))])
    await expectText(page, '1 file is sent to This computer.')
    await expectText(page, 'elsewhere.msh: uploaded')
    await shoot(page, 'uploads-note-light-en')
    await page.getByRole('button', { name: 'Show uploads' }).first().click()
    await rowIs('elsewhere.msh', 'Uploaded')
    await clearAll()
  })

  it('tells by the system that all is sent while nobody looks at the window', { timeout: 60_000 }, async () => {
    await page.evaluate(() => {
      const told = globalThis as unknown as { shown: string[] }
      told.shown = []
      class Written extends EventTarget {
        static readonly permission = 'granted'
        static readonly requestPermission = () => Promise.resolve('granted')
        constructor(title: string) {
          super()
          told.shown.push(title)
        }
      }
      Object.defineProperty(globalThis, 'Notification', { value: Written, configurable: true })
      Object.defineProperty(document, 'hasFocus', { value: () => false, configurable: true })
    })
    await go(page, '#/settings')
    await turn(page.getByRole('switch', { name: 'Show them on the desktop' }), true)
    await go(page, '#/uploads')
    await drop(page, [file('away.msh', mesh('away'))])
    const shown = () => page.evaluate(() => (globalThis as unknown as { shown: string[] }).shown)
    await expect.poll(shown, { timeout: 30_000 }).toEqual(['away.msh: uploaded'])
    await page.evaluate(() => Reflect.deleteProperty(document, 'hasFocus'))
    await clearAll()
  })

  it('goes as fast as the slider allows, at once', { timeout: 120_000 }, async () => {
    const slider = page.getByRole('slider', { name: 'Upload speed' })
    await drop(page, [file('limit/first.dat', 'x')])
    await rowIs('first.dat', 'Uploaded')
    await slider.focus()
    await page.keyboard.press('Home')
    expect(await slider.getAttribute('aria-valuetext')).toBe('100 kB/s')
    await drop(page, [file('limit/slow.dat', randomBytes(8 * megabyte))])
    await rowIs('slow.dat', /\d+ s left|min.*left/)
    const begin = Date.now()
    await page.waitForTimeout(4000)
    const shown = await row('slow.dat').first().getByRole('progressbar').getAttribute('aria-valuenow')
    const seconds = (Date.now() - begin) / 1000
    // 8 MB take 80 s; what had gone before the first look is allowed for.
    expect(Number(shown)).toBeLessThan(((seconds + 10) * 0.1 * 100) / 8)
    await expectText(page, 'limit 100 kB/s')
    await shoot(page, 'uploads-page-slow-light-en')
    await slider.focus()
    await page.keyboard.press('End')
    expect(await slider.getAttribute('aria-valuetext')).toBe('no limit')
    await rowIs('slow.dat', 'Uploaded', 30_000)
    await clearAll()
  })

  it('is paused, resumed and cancelled for some by the keyboard alone', { timeout: 120_000 }, async () => {
    await drop(page, [file('keys/zero.dat', 'x')])
    await rowIs('zero.dat', 'Uploaded')
    await clearAll()
    for (const name of ['a', 'b', 'c']) file(`three/${name}.dat`, randomBytes(6 * megabyte))
    await go(page, '#/settings')
    await switchLimit(true)
    await page.getByLabel('Upload limit in MB/s').fill('0.2')
    await page.getByLabel('Upload limit in MB/s').press('Enter')
    await go(page, '#/uploads')
    await drop(page, [join(folder, 'three')])
    await rowIs('c.dat', /Uploading|Queued/)
    // The form, its class, then the three.
    await page.getByRole('treegrid', { name: 'Uploads' }).focus()
    for (let step = 0; step < 3; step += 1) await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Shift+ArrowDown')
    await expectText(page, '2 selected')
    await page.keyboard.press('p')
    await rowIs('a.dat', 'Paused')
    await rowIs('b.dat', 'Paused')
    expect(await row('c.dat').filter({ hasText: 'Paused' }).count()).toBe(0)
    await page.keyboard.press('p')
    await rowIs('a.dat', /Uploading|Queued|Comparing/)
    await page.keyboard.press('Escape')
    // The details of the last one, and back to the list.
    await page.keyboard.press('Enter')
    const detail = page.getByRole('article', { name: 'Upload b.dat' })
    await detail.getByRole('button', { name: 'Pause' }).focus()
    await page.keyboard.press('Enter')
    await rowIs('b.dat', 'Paused')
    await shoot(page, 'uploads-page-detail-light-en')
    await detail.getByRole('link', { name: 'Close details' }).focus()
    await page.keyboard.press('Enter')
    await detail.waitFor({ state: 'detached' })
    await page.getByRole('treegrid', { name: 'Uploads' }).focus()
    await page.keyboard.press('Control+a')
    await expectText(page, '3 selected')
    await page.getByRole('button', { name: 'Pause 2' }).press('Enter')
    await rowIs('c.dat', 'Paused')
    await page.getByRole('button', { name: 'Resume 3' }).press('Enter')
    await rowIs('c.dat', /Uploading|Queued|Comparing/)
    await page.getByRole('button', { name: 'Cancel 3' }).press('Enter')
    await rowIs('c.dat', 'Cancelled')
    await go(page, '#/settings')
    await switchLimit(false)
    await clearAll()
  })

  it(
    'sends of an edited file what differs, and of the same file nothing unless it is asked to',
    { timeout: 120_000 },
    async () => {
      const content = randomBytes(12 * megabyte)
      await drop(page, [file('edit/wing.msh', content)])
      await rowIs('wing.msh', 'Uploaded')
      await clearAll()
      await drop(page, [file('again/wing.msh', content)])
      await rowIs('wing.msh', 'already on the cluster')
      await page.getByRole('button', { name: 'Send wing.msh again all the same' }).click()
      await rowIs('wing.msh', 'Uploaded')
      await expect.poll(() => row('wing.msh').filter({ hasText: 'already on the cluster' }).count()).toBe(0)
      await clearAll()
      content.set(randomBytes(1000), 5 * megabyte)
      await drop(page, [file('edited/wing.msh', content)])
      await rowIs('wing.msh', /only [\d.]+ [kM]B of 12 MB had to be sent/)
      await shoot(page, 'uploads-page-delta-light-en')
      await clearAll()
    },
  )

  it('sends the new version of a file that changed on the way', { timeout: 120_000 }, async () => {
    await drop(page, [file('begin.dat', 'x')])
    await rowIs('begin.dat', 'Uploaded')
    await switchLimit(true)
    await page.getByLabel('Upload limit in MB/s').fill('0.3')
    await page.getByLabel('Upload limit in MB/s').press('Enter')
    // More than is read ahead, so that a part of it is read after the change.
    const path = file('moving/hull.msh', randomBytes(40 * megabyte))
    await drop(page, [join(folder, 'moving')])
    await rowIs('hull.msh', 'Uploading')
    const edited = randomBytes(40 * megabyte + 777)
    writeFileSync(path, edited)
    await page.getByRole('button', { name: 'Send the new version of hull.msh' }).waitFor({ timeout: 60_000 })
    await row('hull.msh').first().click()
    await expectText(page, /was changed on this computer while it was sent/)
    await shoot(page, 'uploads-page-changed-light-en')
    await switchLimit(false)
    await page.getByRole('article').getByRole('button', { name: 'Send the new version' }).click()
    await rowIs('hull.msh', 'Uploaded')
    const [whole] = stored('hull.msh').filter((each) => statSync(each).size === edited.length)
    expect(readFileSync(whole ?? '').equals(edited)).toBe(true)
    await clearAll()
  })

  it('says which of two meshes the template takes, and lets it be the other', { timeout: 120_000 }, async () => {
    const paths = ['coarse.msh', 'fine.msh'].map((name) => file(`two/${name}`, mesh(name)))
    await go(page, '#/templates/heat-triangle/new')
    await page.getByRole('heading', { name: 'Files', exact: true }).waitFor()
    await page.getByTestId('files').setInputFiles(paths)
    await expectText(page, 'MESH Files (2)')
    await expectText(page, 'Mesh: the template needs one file; 2 that fit were given. Which one is meant?')
    await expectText(page, 'Mesh: more files fit than the template takes. Say which is meant.')
    await shoot(page, 'new-job-two-meshes-light-en')
    const choice = page.getByRole('region', { name: /^Mesh: the template needs one file/ })
    const used = async () =>
      page.evaluate(() =>
        Object.fromEntries(
          [...document.querySelectorAll<HTMLElement>('[data-upload]')].map((each) => [
            each.dataset['upload'],
            each.querySelector('select')?.value,
          ]),
        ),
      )
    expect(await used()).toEqual({ 'coarse.msh': 'mesh', 'fine.msh': '' })
    await choice.getByRole('radio', { name: /fine\.msh/ }).check()
    await expect.poll(used).toEqual({ 'coarse.msh': '', 'fine.msh': 'mesh' })
    await choice.getByRole('button', { name: 'Remove coarse.msh' }).click()
    await choice.waitFor({ state: 'detached' })
    await expect.poll(async () => Object.keys(await used())).toEqual(['fine.msh'])
    // The same file once more is marked, not sent.
    await page.getByTestId('files').setInputFiles([paths[1] ?? ''])
    await expectText(page, /fine\.msh is here already and was not sent again/)
    await clearAll()
  })

  it('opens the form of a job with files that were sent before', { timeout: 60_000 }, async () => {
    file('before/plate.msh', mesh('before'))
    file('before/settings.yaml', 'left: 30\n')
    await drop(page, [join(folder, 'before')])
    await rowIs('settings.yaml', 'Uploaded')
    await page.getByRole('button', { name: /^Use files-\d{8}-\d{4}-\w+ in a job/ }).click()
    await expectText(page, 'Use 2 files in a job')
    await shoot(page, 'uploads-page-use-light-en')
    await page.getByRole('button', { name: /Plate: steady heat conduction.*has all it needs/ }).click()
    await page.getByRole('heading', { name: 'Files', exact: true }).waitFor()
    await expectText(page, '2 of 2 uploaded')
    await expectText(page, 'Ready to submit')
    await clearAll()
  })

  it('waits while the site is away, and goes on by itself', { timeout: 120_000 }, async () => {
    await drop(page, [file('away/one.dat', 'x')])
    await rowIs('one.dat', 'Uploaded')
    await switchLimit(true)
    await page.getByLabel('Upload limit in MB/s').fill('0.5')
    await page.getByLabel('Upload limit in MB/s').press('Enter')
    await drop(page, [file('away/long.dat', randomBytes(6 * megabyte))])
    await rowIs('long.dat', 'Uploading')
    site.leave()
    await rowIs('long.dat', 'Waits for the network')
    await shoot(page, 'uploads-page-waiting-light-en')
    site.back()
    await switchLimit(false)
    await rowIs('long.dat', 'Uploaded')
  })

  it('has its options at hand', { timeout: 120_000 }, async () => {
    await page.getByRole('button', { name: 'Hours and order…' }).click()
    await turn(page.getByRole('switch', { name: 'Another limit in certain hours' }), true)
    await page.getByLabel('From').fill('00:00')
    await page.getByLabel('to', { exact: true }).fill('23:59')
    await page.getByLabel('Limit in these hours, MB/s').fill('3')
    await page.getByRole('radiogroup', { name: 'Order' }).getByText('Smallest first').click()
    await shoot(page, 'uploads-page-options-light-en')
    await page.keyboard.press('Escape')
    await expectText(page, 'Limit by the hour: 3 MB/s now')
    await page.getByRole('button', { name: 'Hours and order…' }).click()
    await turn(page.getByRole('switch', { name: 'Another limit in certain hours' }), false)
    await page.keyboard.press('Escape')
    await clearAll()
  })

  it('lists 30,000 dropped files in seconds and stays fluid', { timeout: 240_000 }, async () => {
    const count = 30_000
    for (let index = 0; index < count; index += 1) {
      const part = join(folder, `many/part${String(Math.floor(index / 500)).padStart(3, '0')}`)
      if (index % 500 === 0) mkdirSync(part, { recursive: true })
      writeFileSync(join(part, `file${index}.${index % 3 === 0 ? 'msh' : 'dat'}`), `${index}`)
    }
    await go(page, '#/uploads')
    const begin = Date.now()
    await drop(page, [join(folder, 'many')])
    await page.getByText(/^MESH Files \(\d{2,}\)$/).waitFor()
    const first = Date.now() - begin
    await page.getByText(`MESH Files (${count / 3})`).waitFor({ timeout: 120_000 })
    await page
      .getByText(new RegExp(`of ${count.toLocaleString('en')} uploaded`))
      .first()
      .waitFor({ timeout: 120_000 })
    const listed = Date.now() - begin
    await page.mouse.move(700, 600)
    const gaps = page.evaluate(
      () =>
        new Promise<number[]>((resolve) => {
          const found: number[] = []
          let last = performance.now()
          const end = last + 4000
          const tick = (now: number) => {
            found.push(now - last)
            last = now
            if (now < end) requestAnimationFrame(tick)
            else resolve(found)
          }
          requestAnimationFrame(tick)
        }),
    )
    for (let step = 0; step < 100; step += 1) {
      await page.mouse.wheel(0, 700)
      await page.waitForTimeout(30)
    }
    const sorted = (await gaps).sort((a, b) => a - b)
    const frame = (part: number) => Math.round(sorted[Math.floor(sorted.length * part)] ?? 0)
    console.log(
      `${count} files: first rows after ${first} ms, listed in ${listed} ms; frames while scrolling: median ${frame(0.5)} ms, 95 % under ${frame(0.95)} ms`,
    )
    expect(await page.getByRole('row').count()).toBeLessThan(100)
    expect(await page.getByRole('row').filter({ hasText: 'file' }).count()).toBeGreaterThan(10)
    await shoot(page, 'uploads-page-many-light-en')
    expect(first).toBeLessThan(10_000)
    // Alone on two cores it takes 4 to 6 s; here all else that the tests have started runs beside it.
    expect(listed).toBeLessThan(process.env['CI'] === undefined ? 60_000 : 15_000)
    expect(frame(0.5)).toBeLessThan(100)
  })

  it('says all of it in Korean and shows it in the dark', { timeout: 120_000 }, async () => {
    await drop(page, [file('하중.csv', 'case,N\n')])
    await koreanAndDark(page)
    await shoot(page, 'settings-transfers-dark-ko')
    await go(page, '#/uploads')
    await page.getByRole('heading', { name: '업로드', level: 1 }).waitFor()
    await shoot(page, 'uploads-page-dark-ko')
    await row('하중.csv').first().click()
    await page.getByRole('article', { name: '업로드 하중.csv' }).waitFor()
    await shoot(page, 'uploads-page-detail-dark-ko')
  })

  it('said nothing on its console and asked nobody else', () => {
    expect(seen.foreign).toEqual([])
    expect(seen.errors).toEqual([])
  })
})
