import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobOptions } from '../../contract/resources.ts'
import { hasPart } from '../helpers/parts.ts'
import { agentOf } from './helpers/agent.ts'
import { openBrowser, shoot } from './helpers/browser.ts'
import { startStack, type Stack } from './helpers/stack.ts'
import { expectText, go, signIn, turn, watch } from './helpers/window.ts'

/** What a page would have been shown by its system. */
interface Shown {
  shown: string[]
}

describe.skipIf(!hasPart('chromium'))('many jobs, and what is told of them', () => {
  let stack: Stack
  let browser: Browser
  let page: Page
  let seen: ReturnType<typeof watch>
  let submit: (name: string, command: string, options?: JobOptions) => Promise<string>

  beforeAll(async () => {
    stack = await startStack({
      environment: { HEADWAY_SCHEDULER: 'local', HEADWAY_CORES: '2', RATE_LIMIT_ENABLED: '0' },
    })
    const agent = await agentOf(stack)
    submit = (name, command, options = {}) => agent.submit({ name, command, tasks: 2, time: 30, options })
    browser = await openBrowser()
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' })
    page = await context.newPage()
    seen = watch(page)
    // What the browser is asked to show is written down; the page believes to be out of sight when it is told so.
    await page.addInitScript(() => {
      const told = globalThis as unknown as Shown
      told.shown = []
      class Written extends EventTarget {
        static readonly permission = 'granted'
        static readonly requestPermission = () => Promise.resolve('granted')
        constructor(title: string, { body }: { body: string }) {
          super()
          told.shown.push(`${title}: ${body}`)
        }
        close(): void {}
      }
      Object.defineProperty(globalThis, 'Notification', { value: Written })
    })
    await signIn(page, stack)
  }, 240_000)

  afterAll(async () => {
    await browser?.close()
    await stack?.stop()
  })

  const row = (text: string) => page.getByRole('row').filter({ hasText: text })
  const hash = () => page.evaluate(() => location.hash)

  it('narrows the list in its address: back and reload keep it', { timeout: 120_000 }, async () => {
    await submit('bracket 5 mm', 'exit 3')
    await submit('plate 5 mm', 'true')
    await submit('plate 3 mm', 'exit 3')
    await go(page, '#/jobs')
    await row('plate 3 mm').filter({ hasText: 'Failed' }).waitFor({ timeout: 60_000 })
    await page
      .getByRole('radiogroup', { name: 'Jobs by state' })
      .getByText(/^Failed/)
      .click()
    await row('plate 5 mm').waitFor({ state: 'detached' })
    await page.keyboard.press('/')
    await page.keyboard.type('plate')
    await row('bracket 5 mm').waitFor({ state: 'detached' })
    expect(await hash()).toMatch(/^#\/jobs\?state=failed,.*&q=plate$/)
    await page.reload()
    await row('plate 3 mm').waitFor()
    expect(await page.getByRole('row').count()).toBe(2)
    await page.goBack()
    await row('bracket 5 mm').waitFor()
    expect(await hash()).toBe('#/jobs')
  })

  it('changes many at once, says what became of each, and takes it back', { timeout: 120_000 }, async () => {
    const first = await submit('long run', 'sleep 300')
    await submit('waiting a', 'sleep 300')
    await submit('waiting b', 'sleep 300', { dependencies: [{ type: 'afterok', job: first }] })
    await row('waiting b').waitFor()
    await row('waiting a').getByRole('checkbox').click()
    await row('waiting b').getByRole('checkbox').click()
    await page.getByRole('button', { name: 'Hold 2' }).click()
    await expectText(page, '2 jobs are held.')
    await row('waiting a').filter({ hasText: 'Held' }).waitFor()
    await shoot(page, 'jobs-held')
    await page.getByRole('button', { name: 'Undo' }).click()
    await expectText(page, '2 jobs are released.')
    await row('waiting a').filter({ hasText: 'Pending' }).waitFor()

    await row('waiting b').click()
    await expectText(page, 'It waits for another job.')
    await page.getByRole('article').getByRole('link', { name: first }).waitFor()
    await shoot(page, 'job-waiting')
    await go(page, '#/jobs')
    for (const name of ['waiting a', 'waiting b', 'long run']) await row(name).getByRole('checkbox').click()
    await page.getByRole('button', { name: 'Cancel 3…' }).click()
    await page.getByRole('dialog').getByText('waiting a').waitFor()
    await page.getByRole('button', { name: 'Cancel 3 jobs' }).click()
    await row('long run').filter({ hasText: 'Cancelled' }).waitFor({ timeout: 30_000 })
  })

  it('opens an array into its elements, each with a page of its own', { timeout: 120_000 }, async () => {
    const id = await submit('sweep', 'echo element $SLURM_ARRAY_TASK_ID; exit $((SLURM_ARRAY_TASK_ID % 2))', {
      array: '0-3',
    })
    await row('sweep').filter({ hasText: 'Failed' }).waitFor({ timeout: 60_000 })
    await page.getByRole('button', { name: 'Show what belongs to sweep' }).click()
    await row('Element 1').click()
    await page.getByRole('heading', { level: 1, name: 'sweep [1]' }).waitFor()
    expect(await hash()).toBe(`#/jobs/${id}_1`)
    await expectText(page, 'The script ended with exit code 1.')
    await page.getByRole('article').getByRole('link', { name: id, exact: true }).click()
    await expectText(page, '2 of its 4 elements failed.')
    await shoot(page, 'job-array')
  })

  it('compares two, and marks what differs', { timeout: 60_000 }, async () => {
    await go(page, '#/jobs?q=mm')
    await row('plate 5 mm').getByRole('checkbox').click()
    await row('plate 3 mm').getByRole('checkbox').click()
    await page.getByRole('link', { name: 'Compare' }).click()
    await page.waitForURL(/#\/jobs\/compare\/\d+\/\d+/)
    await page.getByRole('row', { name: /State.*differs/ }).waitFor()
    await expectText(page, 'exit 3')
    await shoot(page, 'jobs-compared')
  })

  it('tells of jobs by the bell, and by the system once the user wants it', { timeout: 120_000 }, async () => {
    await page.getByRole('button', { name: /^Notifications/ }).click()
    await page.getByRole('link', { name: /plate 3 mm.*failed with exit code 3/ }).waitFor()
    await shoot(page, 'notifications')
    await page.getByRole('button', { name: 'Mark all as read' }).click()
    await page.getByRole('button', { name: 'Notifications', exact: true }).waitFor()
    await page.keyboard.press('Escape')

    const shown = () => page.evaluate(() => (globalThis as unknown as Shown).shown)
    await go(page, '#/settings')
    await turn(page.getByRole('switch', { name: 'Show them on the desktop' }), true)
    await page.evaluate(() => Object.defineProperty(document, 'hidden', { get: () => true }))
    await submit('out of sight', 'exit 7')
    await expect.poll(shown, { timeout: 30_000 }).toEqual(['out of sight: failed with exit code 7'])
    await page.getByRole('button', { name: 'Notifications, 1 unread' }).waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Notifications, 1 unread' }).click()
    await page.getByRole('link', { name: /out of sight/ }).click()
    await page.getByRole('heading', { level: 1, name: 'out of sight' }).waitFor()
    expect(await shown()).toEqual([])
  })

  it('left the console clean and asked nobody else', () => expect(seen).toEqual({ errors: [], foreign: [] }))
})
