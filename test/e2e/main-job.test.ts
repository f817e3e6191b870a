import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasPart } from '../helpers/parts.ts'
import { openBrowser, shoot } from './helpers/browser.ts'
import { startStack, type Stack } from './helpers/stack.ts'
import { drop, expectText, go, jobIs, openedJob, turn, watch } from './helpers/window.ts'

const examples = fileURLToPath(new URL('../../assets/examples/', import.meta.url))

describe.skipIf(!hasPart('chromium'))('main job', () => {
  let stack: Stack
  let browser: Browser
  let page: Page
  let seen: ReturnType<typeof watch>
  /** Ends the connections between window and core that are open now. */
  const cuts: (() => void)[] = []
  const folder = mkdtempSync(join(tmpdir(), 'headway-files-'))

  beforeAll(async () => {
    mkdirSync(join(folder, 'notes/deep'), { recursive: true })
    writeFileSync(join(folder, 'notes/readme.md'), '# Bracket, second revision\n')
    writeFileSync(join(folder, 'notes/deep/loads.csv'), 'case,N\n1,2400\n')
    stack = await startStack()
    browser = await openBrowser()
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      locale: 'en-GB',
      colorScheme: 'light',
      acceptDownloads: true,
    })
    page = await context.newPage()
    seen = watch(page)
    // Passed through as it is, with a way to cut it as a lost network does.
    await page.routeWebSocket(/\/rpc$/, (socket) => {
      const server = socket.connectToServer()
      cuts.push(() => {
        void socket.close()
        void server.close()
      })
    })
  }, 240_000)

  afterAll(async () => {
    await browser?.close()
    await stack?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('refuses a wrong password in a sentence, then signs in', async () => {
    await page.goto(stack.address)
    expect(page.url()).not.toContain('token=')
    await page.getByLabel('User name').fill(stack.username)
    await shoot(page, 'sign-in-light-en')
    await page.getByLabel('Password', { exact: true }).fill('not the password')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await expectText(page, /user name or (the )?password/i)
    await page.getByLabel('Password', { exact: true }).fill(stack.password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('heading', { name: 'Templates', level: 1 }).waitFor()
    // What a cluster gave never reaches the page, nor anything it stores.
    const stored = await page.evaluate(() =>
      JSON.stringify([Object.entries(sessionStorage), Object.entries(localStorage)]),
    )
    expect(stored).not.toMatch(/eyJ[\w-]+\./)
  })

  it('says on empty pages what they are for', async () => {
    for (const [name, hash] of [
      ['jobs-empty', '#/jobs'],
      ['uploads-empty', '#/uploads'],
    ] as const) {
      await go(page, hash)
      await expectText(page, 'Choose a template')
      await shoot(page, `${name}-light-en`)
    }
    await go(page, '#/templates')
  })

  it('finds the template by search and by category', async () => {
    await page.getByLabel('Filter templates').fill('bracket: static')
    await expect
      .poll(() => page.getByRole('heading', { level: 2 }).allTextContents())
      .toEqual(['Bracket: static stress (gmsh + CalculiX)'])
    await page.getByLabel('Filter templates').fill('')
    await page.getByRole('group', { name: 'Categories' }).getByText('Thermal').click()
    await expect.poll(() => page.getByRole('heading', { level: 2 }).count()).toBe(1)
    await page.getByRole('group', { name: 'Categories' }).getByText('All').click()
  })

  it.skipIf(!hasPart('ccx') || !hasPart('gmsh'))(
    'runs the bracket from dropped files to the stress',
    { timeout: 420_000 },
    async () => {
      await page.getByRole('link', { name: 'Bracket: static stress (gmsh + CalculiX)' }).click()
      await page.getByRole('heading', { name: 'Files', exact: true }).waitFor()
      const dropped = ['bracket/bracket.geo', 'bracket/settings.yaml'].map((name) => join(examples, name))
      await drop(page, [...dropped, join(folder, 'notes')])

      // Grouped by class, with count and size.
      await expectText(page, 'MESH Files (1)')
      await expectText(page, 'CONFIG Files (1)')
      await expectText(page, 'DOCUMENT Files (1)')
      await expectText(page, 'DATA Files (1)')
      await expect.poll(() => page.getByText('4 of 4 uploaded').count(), { timeout: 60_000 }).toBeGreaterThan(0)

      // A value out of range is refused where it stands, and the form cannot be sent.
      await page.getByRole('textbox', { name: 'Element size' }).fill('200')
      await expectText(page, 'At most 20.')
      await page.getByRole('textbox', { name: 'Element size' }).fill('3.5')
      await page.getByRole('textbox', { name: 'Load', exact: true }).fill('2400')

      // The rendered script is there to read before it is sent.
      await page.getByText('Job script').click()
      await expectText(page, /gmsh -3/)
      await shoot(page, 'new-job-light-en')

      // Two clicks are one job.
      await page.getByTestId('submit').dblclick()
      const id = await openedJob(page)
      await jobIs(page, /Running/)
      // The plot grows while it runs: its accessible summary counts the points.
      const plot = page.getByRole('img', { name: /Convergence over .* points/ })
      const points = async (): Promise<number> =>
        Number(/(\d+) points/.exec((await plot.getAttribute('aria-label', { timeout: 150_000 })) ?? '')?.[1] ?? 0)
      const early = await points()
      await expect.poll(points, { timeout: 60_000, interval: 500 }).toBeGreaterThan(early)
      await expect.poll(points, { timeout: 60_000, interval: 500 }).toBeGreaterThan(7)
      await shoot(page, 'job-running-light-en')

      await jobIs(page, /Completed/)
      await expectText(page, 'Maximum von Mises stress')
      const download = page.waitForEvent('download')
      await page
        .getByRole('button', { name: /Download .*part\.frd/ })
        .first()
        .click()
      const saved = await (await download).path()
      expect(readFileSync(saved, 'utf8').slice(0, 8)).toContain('1C')

      await go(page, '#/jobs')
      await expect.poll(() => page.getByRole('row').filter({ hasText: 'Bracket' }).count()).toBe(1)
      expect(id).toMatch(/^\d+$/)
    },
  )

  it(
    'runs the heat template with the shipped examples, and again with one value changed',
    { timeout: 240_000 },
    async () => {
      await go(page, '#/templates/heat-triangle')
      await page.getByRole('button', { name: 'Use example files' }).click()
      await expectText(page, 'MESH Files (1)')
      await page.getByTestId('submit').click()
      const first = await openedJob(page)
      await jobIs(page, /Completed/)
      await page.getByText('Log', { exact: true }).first().waitFor()

      // Its files are taken again from the cluster, also when this window has forgotten them.
      await go(page, '#/uploads')
      await page
        .getByRole('button', { name: /^Clear finished, heat-triangle/ })
        .first()
        .click()
      await go(page, `#/jobs/${first}`)
      await page
        .getByRole('link', { name: 'Run again' })
        .or(page.getByRole('button', { name: 'Run again' }))
        .first()
        .click()
      await expectText(page, new RegExp(`Filled as job ${first} was`))
      await expectText(page, '2 of 2 uploaded')
      await page.getByTestId('submit').click()
      await page.waitForURL((url) => /#\/jobs\/\d+$/.test(url.hash) && !url.hash.endsWith(`/${first}`), {
        timeout: 60_000,
      })
      await jobIs(page, /Completed/)
    },
  )

  it('pauses, resumes and cancels an upload, with progress, speed and time left', { timeout: 120_000 }, async () => {
    const big = join(folder, 'plate.msh')
    // Of what cannot be compressed: else it is there before anybody has paused it.
    writeFileSync(big, Buffer.concat([Buffer.from('$MeshFormat\n4.1 0 8\n'), randomBytes(60_000_000)]))
    await go(page, '#/settings')
    await turn(page.getByRole('switch', { name: 'Limit the upload speed' }), true)
    await page.getByLabel('Upload limit in MB/s').fill('4')
    await page.getByLabel('Upload limit in MB/s').blur()
    await go(page, '#/templates/heat-triangle')
    await page.getByTestId('files').setInputFiles([big])
    await expectText(page, /MB\/s/)
    await expectText(page, /left/)
    await shoot(page, 'new-job-uploading-light-en')
    await page.getByRole('button', { name: 'Pause plate.msh' }).first().click()
    await expectText(page, 'Paused')
    await page.getByRole('button', { name: 'Resume plate.msh' }).first().click()
    await expectText(page, 'Uploading')
    await go(page, '#/uploads')
    await shoot(page, 'uploads-light-en')
    await page.getByRole('button', { name: 'Cancel plate.msh' }).first().click()
    await expectText(page, 'Cancelled')
    await go(page, '#/settings')
    await turn(page.getByRole('switch', { name: 'Limit the upload speed' }), false)
  })

  it('refuses what must not be uploaded, each in a sentence, and keeps the rest', { timeout: 60_000 }, async () => {
    await go(page, '#/templates/heat-triangle')
    const disguised = join(folder, 'notes.txt')
    writeFileSync(disguised, readFileSync(process.execPath).subarray(0, 4096))
    await page.getByTestId('files').setInputFiles([disguised, join(examples, 'heat/plate.msh')])
    await expectText(page, /notes\.txt/)
    await expectText(page, /security|executable|program/i)
    await expectText(page, /MESH Files \(\d\)/)
  })

  it('cuts the connection and goes on by itself', { timeout: 60_000 }, async () => {
    await go(page, '#/custom/new')
    await page
      .getByLabel('Command', { exact: true })
      .fill('for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "tick $i 한글"; sleep 1; done')
    await page.getByLabel('Name', { exact: true }).fill('Ticks')
    await page.getByTestId('submit').click()
    await openedJob(page)
    await expectText(page, /tick 2 한글/)
    for (const cut of cuts.splice(0)) cut()
    await expectText(page, /tick 5 한글/)
    expect(cuts.length).toBeGreaterThan(0)
    await expectText(page, /tick 9 한글/)
    await jobIs(page, /Completed/)
  })

  it('tells why a job failed and what to try', { timeout: 60_000 }, async () => {
    await go(page, '#/custom/new')
    await page.getByLabel('Name', { exact: true }).fill('Failing')
    await page.getByLabel('Command', { exact: true }).fill('echo begin\nno-such-solver --mesh plate.msh')
    await page.getByTestId('submit').click()
    await openedJob(page)
    await jobIs(page, /Failed/)
    await expectText(page, 'A command of the script does not exist on the cluster.')
    await expectText(page, /no-such-solver/)
  })

  it(
    'shows every page in both languages and themes, in both sizes, with nothing serious for axe',
    { timeout: 400_000 },
    async () => {
      const failed = await page.evaluate(() => location.hash)
      const pages = [
        ['templates', '#/templates'],
        ['new-job', '#/templates/bracket-static'],
        ['custom-job', '#/custom/new'],
        ['template-editor', '#/templates/new'],
        ['jobs', '#/jobs'],
        ['job-completed', '#/jobs/1'],
        ['job-failed', failed],
        ['uploads', '#/uploads'],
        ['nodes', '#/nodes'],
        ['settings', '#/settings'],
        ['sites', '#/sites'],
      ] as const
      for (const language of ['English', '한국어'] as const) {
        await go(page, '#/settings')
        await page.getByRole('radiogroup').first().getByText(language, { exact: true }).click()
        for (const theme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
          for (const [name, hash] of pages) {
            await go(page, hash)
            await page.getByRole('heading', { level: 1 }).first().waitFor()
            await page.waitForTimeout(400)
            await shoot(page, `${name}-${theme}-${language === 'English' ? 'en' : 'ko'}`)
          }
        }
      }
      expect(await page.getByRole('banner').getByText('이 컴퓨터').count()).toBe(1)
      // Out and in again, in Korean.
      await page.getByRole('button', { name: /^계정/ }).click()
      await page.getByRole('menuitem', { name: /로그아웃/ }).click()
      await page.getByRole('heading', { name: /로그인/, level: 1 }).waitFor()
      await shoot(page, 'sign-in-dark-ko')
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
      await shoot(page, 'sign-in-light-ko')
      await page.getByLabel('비밀번호', { exact: true }).fill(stack.password)
      await page.getByRole('button', { name: '로그인', exact: true }).click()
      await page.getByRole('heading', { name: '템플릿', level: 1 }).waitFor()
      await go(page, '#/settings')
      await page.getByRole('radiogroup').first().getByText('English', { exact: true }).click()
    },
  )

  it('is one page with no foreign request and no error on its console', () => {
    expect(seen.foreign).toEqual([])
    expect(seen.errors).toEqual([])
  })

  it('ends everything on Ctrl-C', { timeout: 30_000 }, async () => {
    expect(await stack.interrupt()).toBe(0)
    await expect(fetch(stack.address)).rejects.toThrow()
  })

  it('signs in again with the account it made', { timeout: 240_000 }, async () => {
    const again = await startStack({ data: stack.data })
    try {
      expect(again.output()).not.toMatch(/shown this once/)
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
      const fresh = await context.newPage()
      await fresh.goto(again.address)
      await fresh.getByRole('heading', { level: 1 }).first().waitFor()
      await context.close()
    } finally {
      await again.stop()
    }
  })
})
