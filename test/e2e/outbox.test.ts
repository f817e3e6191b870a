import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Job } from '../../contract/jobs.ts'
import type { TemplateList } from '../../contract/agent/templates.ts'
import { hasPart } from '../helpers/parts.ts'
import { openBrowser, shoot } from './helpers/browser.ts'
import { startCutSite, type CutSite } from './helpers/cut-site.ts'
import { outboxOf, wire } from './helpers/outbox-page.ts'
import { expectText, go, jobIs, koreanAndDark, openedJob, signIn, turn, watch } from './helpers/window.ts'

describe.skipIf(!hasPart('chromium'))('the outbox', { timeout: 240_000 }, () => {
  let site: CutSite
  let browser: Browser
  let page: Page
  let seen: ReturnType<typeof watch>
  let outbox: ReturnType<typeof outboxOf>
  let running = ''

  beforeAll(async () => {
    site = await startCutSite()
    await site.ask('/api/v2/templates', 'POST', { yaml: wire(1, 5), visibility: 'private' })
    browser = await openBrowser()
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      locale: 'en-GB',
      colorScheme: 'light',
      reducedMotion: 'reduce',
    })
    page = await context.newPage()
    seen = watch(page)
    outbox = outboxOf(page)
    await signIn(page, site)
    await page.getByRole('heading', { name: 'Templates', level: 1 }).waitFor()
  }, 300_000)

  afterAll(async () => {
    await browser?.close()
    await site?.stop()
  }, 60_000)

  const jobs = async (): Promise<Job[]> => (await site.ask<{ jobs: Job[] }>('/api/v2/jobs')).jobs
  const leave = async (): Promise<void> => {
    site.leave()
    await expectText(page, /has not answered since/)
  }
  const back = async (): Promise<void> => {
    site.back()
    await page.getByText(/has not answered since/).waitFor({ state: 'detached', timeout: 60_000 })
  }
  it('says on its empty page what it is for', async () => {
    await go(page, '#/outbox')
    await expectText(page, 'The outbox is empty')
    expect(await page.title()).toBe('Outbox · Headway')
    await shoot(page, 'outbox-empty-light-en')
  })

  it('passes a job on at once while the site answers', async () => {
    await go(page, '#/custom/new')
    await page.getByLabel('Name', { exact: true }).fill('Long run')
    await page.getByLabel('Command', { exact: true }).fill('sleep 600')
    await page.getByTestId('submit').click()
    running = await openedJob(page)
    await jobIs(page, /Running/)
    await go(page, '#/outbox')
    await outbox.row('Long run').waitFor()
    await outbox.row('Long run').click()
    await outbox.detail('Long run').getByText(`Job ${running} is in the queue`).waitFor()
    await outbox.detail('Long run').getByText('Job started').waitFor()
  })

  it('keeps jobs while the site is away, one after the other', async () => {
    await go(page, '#/templates/wire/new')
    await page.getByLabel('Name', { exact: true }).waitFor()
    await leave()
    await page.getByText('Put in outbox').waitFor()
    await outbox.putWire('Wire A')
    await expectText(page, 'It is in the outbox')
    await page.getByRole('complementary').getByText('Waits for the network').first().waitFor()
    await shoot(page, 'outbox-sent-light-en')
    await outbox.putWire('Wire B', () => outbox.waitForIt('Wire A'))
    await expectText(page, 'It is in the outbox')
    await outbox.putWire('Wire C', async () => {
      await page.getByRole('button', { name: 'Options…' }).click()
      await turn(page.getByRole('switch', { name: 'Hold it in the outbox' }), true)
      await shoot(page, 'outbox-options-light-en')
      await page.keyboard.press('Escape')
    })
    await expectText(page, 'It is in the outbox')
    await outbox.putWire('Wire D')
    await expectText(page, 'It is in the outbox')
  })

  it('keeps a cancellation, and says so where it was asked for', async () => {
    await go(page, `#/jobs/${running}`)
    await page.getByRole('button', { name: 'Cancel job when connected…' }).click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /when connected/ })
      .click()
    await expectText(page, '“Cancel a job” is in the outbox.')
    await shoot(page, 'outbox-job-away-light-en')
  })

  it('keeps a template', async () => {
    await go(page, '#/templates/new')
    await page.getByRole('button', { name: 'Save when connected' }).click()
    await outbox.detail('my-template').waitFor()
    await expect.poll(() => outbox.badge().getAttribute('aria-description')).toMatch(/^Outbox, 5 wait/)
    await page.getByRole('link', { name: '5 in the outbox' }).waitFor()
  })

  it('can be put in another order, changed, held, and deleted with a way back', async () => {
    await go(page, '#/outbox')
    await expect.poll(() => outbox.order('Wire A', 'Wire B', 'Wire D')).toEqual(['Wire A', 'Wire B', 'Wire D'])
    const grid = page.getByRole('grid').or(page.getByRole('treegrid'))
    await outbox.row('Wire D').click()
    await outbox.detail('Wire D').waitFor()
    await grid.focus()
    await page.keyboard.press('Alt+ArrowUp')
    await expect.poll(() => outbox.order('Wire A', 'Wire B', 'Wire D')).toEqual(['Wire A', 'Wire D', 'Wire B'])
    await outbox.detail('Wire D').getByRole('button', { name: 'Send earlier' }).click()
    await expect.poll(() => outbox.order('Wire A', 'Wire B', 'Wire D')).toEqual(['Wire D', 'Wire A', 'Wire B'])
    await shoot(page, 'outbox-list-light-en')

    await outbox.detail('Wire D').getByRole('button', { name: 'Edit' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Wire D, thicker')
    await page.getByRole('textbox', { name: 'Load' }).fill('12')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await outbox.detail('Wire D, thicker').getByText('Edited').waitFor()
    await outbox.detail('Wire D, thicker').getByText('12 N').waitFor()

    await grid.focus()
    await page.keyboard.press('Delete')
    await expectText(page, '“Wire D, thicker” was deleted and will not be sent.')
    expect(await page.evaluate(() => location.hash)).toBe('#/outbox')
    await page.getByRole('button', { name: 'Undo' }).click()
    await outbox.row('Wire D, thicker').waitFor()

    // One that another waits for is asked about.
    await outbox.row('Wire A').click()
    await outbox.detail('Wire A').getByRole('button', { name: 'Delete' }).click()
    await page
      .getByRole('dialog')
      .getByText(/“Wire B” waits for it/)
      .waitFor()
    await page.getByRole('button', { name: 'Keep' }).click()

    await outbox.row('my-template').getByRole('checkbox').click()
    await page.getByRole('button', { name: 'Hold 1' }).click()
    await outbox.row('my-template').getByText('Held').waitFor()
    await outbox.row('my-template').getByRole('checkbox').click()
    await page.getByRole('button', { name: 'Release 1' }).click()
    await outbox.row('my-template').getByText('Waits for the network').waitFor()
  })

  it('sends everything once, in order, when the site is back', async () => {
    await go(page, '#/templates')
    await back()
    await expectText(page, /^Outbox: \d sent$/, 90_000)
    await shoot(page, 'outbox-summary-light-en')
    await go(page, '#/outbox')
    await expect.poll(() => outbox.badge().getAttribute('aria-description'), { timeout: 60_000 }).toBeNull()
    const made = (await jobs()).sort((a, b) => Number(a.id) - Number(b.id))
    expect(made.map(({ name }) => name)).toEqual(['Long run', 'Wire A', 'Wire B', 'Wire D, thicker'])
    await expect.poll(async () => (await jobs()).find(({ id }) => id === running)?.state).toBe('cancelled')
    const { templates } = await site.ask<TemplateList>('/api/v2/templates')
    expect(templates.map(({ id }) => id)).toContain('my-template')
    await outbox.row('Wire A').click()
    await outbox.detail('Wire A').getByText('Network is back').waitFor()
    await outbox
      .detail('Wire A')
      .getByText(/Job ended: Completed/)
      .waitFor({ timeout: 60_000 })
    await outbox.row('Wire B').click()
    await outbox
      .detail('Wire B')
      .getByText(/after success of \d+ Wire A/)
      .waitFor()
    await shoot(page, 'outbox-done-light-en')
    // What is held stays.
    await outbox.row('Wire C').getByText('Held').first().waitFor()
  })

  it('asks where the template has changed meanwhile', async () => {
    await leave()
    await outbox.putWire('Wire E')
    await expectText(page, 'It is in the outbox')
    await site.ask('/api/v2/templates/wire', 'PUT', { yaml: wire(2, 7), visibility: 'private' })
    await back()
    await go(page, '#/outbox')
    await outbox.row('Wire E').getByText('Needs you').waitFor({ timeout: 90_000 })
    await expect.poll(() => outbox.badge().getAttribute('aria-description')).toMatch(/needs you/)
    await outbox.row('Wire E').click()
    await outbox.detail('Wire E').getByRole('table').waitFor()
    await shoot(page, 'outbox-question-light-en')
    await koreanAndDark(page)
    await go(page, '#/outbox')
    await shoot(page, 'outbox-list-dark-ko')
    await outbox.row('Wire E').click()
    await page.getByRole('article').getByRole('table').waitFor()
    await shoot(page, 'outbox-question-dark-ko')
    await go(page, '#/templates/wire/new')
    await page.getByRole('button', { name: '옵션…' }).click()
    await shoot(page, 'outbox-options-dark-ko')
    await page.keyboard.press('Escape')
    await go(page, '#/settings')
    await page.getByRole('radiogroup').first().getByText('English', { exact: true }).click()
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
    await go(page, '#/outbox')
    await outbox.row('Wire E').click()
    await page.getByRole('button', { name: 'Send with version 2' }).click()
    await outbox
      .detail('Wire E')
      .getByText(/is in the queue/)
      .waitFor({ timeout: 60_000 })
    expect((await jobs()).filter(({ name }) => name === 'Wire E')).toHaveLength(1)
  })

  it('asks about a job whose forerunner was deleted, and one that the site would refuse', async () => {
    await leave()
    await outbox.putWire('Wire F')
    await expectText(page, 'It is in the outbox')
    await outbox.putWire('Wire G', () => outbox.waitForIt('Wire F'))
    await expectText(page, 'It is in the outbox')
    await outbox.putWire('Wire H', async () => {
      await page.getByRole('heading', { name: 'Resources' }).click()
      await page.getByLabel('Tasks', { exact: true }).fill('5000')
      await page.getByRole('button', { name: 'Options…' }).click()
      await page.getByLabel('Only when it would start within').fill('60')
      await page.keyboard.press('Escape')
    })
    await expectText(page, 'It is in the outbox')
    await go(page, '#/outbox')
    await outbox.row('Wire F').click()
    await outbox.detail('Wire F').getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await outbox.row('Wire G').click()
    await outbox.detail('Wire G').getByText('“Wire F”, which this job waits for, was deleted.').waitFor()
    await outbox.detail('Wire G').getByRole('button', { name: 'Send without it' }).click()
    await back()
    await outbox
      .detail('Wire G')
      .getByText(/is in the queue/)
      .waitFor({ timeout: 60_000 })
    await outbox.row('Wire H').getByText('Needs you').waitFor({ timeout: 60_000 })
    await outbox.row('Wire H').click()
    await outbox
      .detail('Wire H')
      .getByText(/would refuse this job as it is/)
      .waitFor()
    await shoot(page, 'outbox-checks-light-en')
    await outbox
      .detail('Wire H')
      .getByRole('button', { name: /^Use \d+ tasks?/ })
      .click()
    await outbox
      .detail('Wire H')
      .getByText(/is in the queue/)
      .waitFor({ timeout: 60_000 })
  })

  it('sends a job after its files, which were dropped while the site was away', async () => {
    await leave()
    await go(page, '#/templates')
    await go(page, '#/custom/new')
    await page.getByLabel('Name', { exact: true }).fill('With a file')
    await page.getByLabel('Command', { exact: true }).fill('cat notes.txt')
    await page
      .getByTestId('files')
      .setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('of the bracket') })
    await page.getByTestId('submit').click()
    await expectText(page, 'It is in the outbox')
    await page.getByRole('link', { name: 'Show in the outbox' }).click()
    await outbox.detail('With a file').getByText('notes.txt', { exact: true }).waitFor()
    await shoot(page, 'outbox-files-light-en')
    await back()
    await outbox.detail('With a file').getByText('Files uploaded').waitFor({ timeout: 60_000 })
    await outbox
      .detail('With a file')
      .getByText(/is in the queue/)
      .waitFor({ timeout: 60_000 })
  })

  it('made no request elsewhere and no error on its console', () => {
    expect(seen.foreign).toEqual([])
    expect(seen.errors).toEqual([])
  })
})
