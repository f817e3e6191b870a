import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cluster, hasCluster, sharedCluster } from '../helpers/cluster.ts'
import { hasPart } from '../helpers/parts.ts'
import { type Agent, agentOf } from './helpers/agent.ts'
import { openBrowser, shoot } from './helpers/browser.ts'
import { startStack, type Stack } from './helpers/stack.ts'
import { expectText, go, jobIs, koreanAndDark, openedJob, signIn, watch } from './helpers/window.ts'

/** Takes 600 MB, page by page. */
const greedy = `python3 -c 'import time; a = bytearray(600_000_000); a[::4096] = b"x" * len(a[::4096]); time.sleep(60)'`

describe.skipIf(!hasCluster || !hasPart('chromium'))('jobs on a real Slurm, as their user sees them', () => {
  let cluster: Cluster
  let stack: Stack
  let agent: Agent
  let browser: Browser
  let page: Page
  let seen: ReturnType<typeof watch>
  /** Fails at its time limit, which Slurm looks at only now and then: begun first, read last. */
  let late: string
  let array: string

  beforeAll(async () => {
    cluster = await sharedCluster()
    stack = await startStack({ environment: { HEADWAY_SCHEDULER: 'slurm', SLURM_CONF: cluster.conf } })
    agent = await agentOf(stack)
    late = await agent.submit({ name: 'too slow', command: 'echo step 1 of 9; sleep 600', time: 1 })
    browser = await openBrowser()
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' })
    page = await context.newPage()
    seen = watch(page)
    await signIn(page, stack)
  }, 240_000)

  afterAll(async () => {
    await browser?.close()
    await stack?.stop()
    await cluster?.close()
  })

  const row = (text: string) => page.getByRole('row').filter({ hasText: text })
  const article = () => page.getByRole('article', { name: /^Job \d+/ })
  const action = async (name: string) => {
    await page.getByRole('button', { name: 'Actions' }).click()
    await page.getByRole('menuitem', { name }).click()
  }

  it('says before it is sent what Slurm would refuse, and mends it with one button', { timeout: 120_000 }, async () => {
    await go(page, '#/custom/new')
    await page.getByLabel('Command').fill('hostname')
    await expectText(page, /4 nodes · 64 cores/)
    await page.getByLabel('Partition').click()
    await page.getByRole('option', { name: /^compute.*4 nodes/ }).waitFor({ timeout: 10_000 })
    await page.getByRole('option', { name: /^viz.*up to 12 h/ }).click()
    await page.getByRole('textbox', { name: 'Nodes', exact: true }).fill('6')
    await page.getByRole('textbox', { name: 'Tasks', exact: true }).fill('6')
    await page.getByRole('textbox', { name: 'Time limit', exact: true }).fill('1500')
    await expectText(page, /6 nodes are too many: partition viz/)
    await expectText(page, /1 d 1 h is too long: partition viz lets a job run for 12 h/)
    // Slurm itself is asked a little later; then it is certain.
    await expectText(page, 'The site would refuse this job as it is: see below.')
    expect(await page.getByTestId('submit').isEnabled()).toBe(false)
    await shoot(page, 'preflight-blocked')
    await page.getByRole('button', { name: 'Use 2 nodes' }).click()
    await page.getByRole('button', { name: 'Use 12 h' }).click()
    await expectText(page, 'Fits partition viz and your limits there')
    await expectText(page, /Would start now|Starts about/)
    expect(await page.getByTestId('submit').isEnabled()).toBe(true)
    await shoot(page, 'preflight-good')
  })

  it('runs an array of one’s own command, of which one element is taken back', { timeout: 180_000 }, async () => {
    await go(page, '#/templates')
    await go(page, '#/custom/new')
    await page.getByRole('button', { name: 'Start over' }).click()
    await page.getByRole('button', { name: 'Empty the form' }).click()
    await page.getByLabel('Name', { exact: true }).fill('thickness sweep')
    await page
      .getByLabel('Command')
      .fill('echo "thickness $((SLURM_ARRAY_TASK_ID + 2)) mm"; [ $SLURM_ARRAY_TASK_ID = 0 ] && exit 0; sleep 8')
    await page.getByText('Queue options').click()
    await page.getByLabel('Array').fill('0-5%2')
    await expectText(page, /6 tasks, at most 2 at a time/)
    await expectText(page, /Would start now|Starts about/)
    await page.getByTestId('submit').click()
    const id = await openedJob(page)
    array = id
    await jobIs(page, /Running/)
    await page.getByRole('checkbox', { name: 'Select element 5' }).click()
    await page.getByRole('button', { name: 'Cancel 1…' }).click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Cancel/ })
      .click()
    await row('5').filter({ hasText: 'Cancelled' }).waitFor({ timeout: 10_000 })
    await shoot(page, 'array-running')
    await article().getByRole('link', { name: '0', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'thickness sweep [0]' }).waitFor()
    await expectText(page, 'thickness 2 mm')
    await shoot(page, 'array-element')
    await go(page, '#/jobs')
    await row('thickness sweep').waitFor()
    await shoot(page, 'list-slurm')
    await go(page, `#/jobs/${id}`)
    await expect
      .poll(
        () =>
          row(' ')
            .filter({ hasText: /Completed/ })
            .count(),
        { timeout: 90_000, interval: 500 },
      )
      .toBe(5)
    // Slurm itself says the same.
    const states = await cluster.run('sacct', ['-n', '-P', '-X', '-j', id, '-o', 'JobID,State'])
    expect(states.match(/COMPLETED/g)).toHaveLength(5)
  })

  it('holds a job, says so, lets it run, shortens its time and starts it over', { timeout: 180_000 }, async () => {
    const first = await agent.submit({ name: 'mesh first', command: 'sleep 300' })
    const id = await agent.submit({
      name: 'solve then',
      command: 'date +begun_%s_%N; sleep 300',
      time: 60,
      options: { dependencies: [{ type: 'afterany', job: first }] },
    })
    await go(page, `#/jobs/${id}`)
    await expectText(page, 'It waits for another job.')
    await action('Hold')
    await expectText(page, 'It is held.')
    await expectText(page, 'Release it, and it takes its place in the queue.')
    await shoot(page, 'job-held')
    await cluster.run('scancel', [first])
    await action('Release')
    await jobIs(page, /Running/)
    await action('Change the time limit…')
    await page.getByRole('dialog').getByLabel('Hours').fill('0')
    await page.getByRole('dialog').getByLabel('Minutes').fill('30')
    await page.getByRole('dialog').getByRole('button').last().click()
    await expectText(page, 'The time limit is changed.')
    await expect.poll(() => cluster.run('squeue', ['-h', '-j', id, '-o', '%l']), { timeout: 20_000 }).toMatch(/^30:00/)
    await expectText(page, /begun_\d+/)
    await action('Requeue…')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Requeue/ })
      .click()
    await article().getByText('Pending').first().waitFor({ timeout: 30_000 })
    await cluster.run('scancel', [id])
    await jobIs(page, /Cancelled/)
  })

  it('tells in words why jobs failed, and what to try', { timeout: 180_000 }, async () => {
    const big = await agent.submit({ name: 'fine mesh', command: greedy, memory_mb: 100, time: 5 })
    const three = await agent.submit({
      name: 'no licence today, and a name that is so long that it cannot be shown in one line of the head of its page',
      command: 'echo "solver: step 4 did not end"; exit 3',
      time: 5,
    })
    await go(page, `#/jobs/${three}`)
    await jobIs(page, /Failed/)
    await expectText(page, 'The script ended with exit code 3.')
    await expectText(page, 'solver: step 4 did not end')
    // What can be done stays in full beside a long name.
    const again = page.getByRole('link', { name: 'Run again' })
    const fits = () =>
      again.evaluate((button) => {
        const label = button.querySelector('.mantine-Button-label') ?? button
        return label.scrollWidth <= label.clientWidth && label.scrollHeight <= label.clientHeight
      })
    await shoot(page, 'job-failed')
    expect(await fits()).toBe(true)
    await go(page, `#/jobs/${big}`)
    await jobIs(page, /Out of memory/)
    await expectText(page, /It needed more memory than the 100 MB per node it was given\./)
    await shoot(page, 'job-out-of-memory')
    await go(page, `#/jobs/${late}`)
    await jobIs(page, /Timed out/)
    await expectText(page, 'It ran into its time limit of 1 min and was stopped.')
    await shoot(page, 'job-timed-out')
  })

  it('keeps what the list is narrowed to over a reload and under a name', { timeout: 60_000 }, async () => {
    await go(page, '#/jobs')
    await page
      .getByRole('radiogroup', { name: 'Jobs by state' })
      .getByText(/^Failed/)
      .click()
    await row('fine mesh').waitFor()
    await row('thickness sweep').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Views' }).click()
    await page.getByRole('menuitem', { name: 'Save this view…' }).click()
    await page.getByLabel('Name of the view').fill('To look into')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.reload()
    await row('fine mesh').waitFor()
    expect(await row('thickness sweep').count()).toBe(0)
    await page.getByRole('radiogroup', { name: 'Jobs by state' }).getByText(/^All/).click()
    await row('thickness sweep').waitFor()
    await page.getByRole('button', { name: 'Views' }).click()
    await page.getByRole('menuitem', { name: 'To look into', exact: true }).click()
    await row('thickness sweep').waitFor({ state: 'detached' })
    await row('fine mesh').getByRole('checkbox').click()
    await row('too slow').getByRole('checkbox').click()
    await page.getByRole('link', { name: 'Compare' }).click()
    await page.getByRole('row', { name: /State.*differs/ }).waitFor()
    await shoot(page, 'compare-slurm')
  })

  it('tells of each end once', { timeout: 60_000 }, async () => {
    const unread = async () => page.getByRole('button', { name: /^Notifications/ }).getAttribute('title')
    const before = await unread()
    expect(before).toMatch(/\d+ unread/)
    await page.reload()
    await expect.poll(unread).toBe(before)
    await page.getByRole('button', { name: /^Notifications/ }).click()
    for (const name of ['fine mesh', 'too slow', /no licence today/])
      await expect.poll(() => page.getByRole('dialog').getByRole('link', { name }).count()).toBe(1)
    await shoot(page, 'notifications-slurm')
  })

  it('tells the same in Korean, in the dark', { timeout: 60_000 }, async () => {
    await koreanAndDark(page)
    await go(page, '#/jobs')
    await row('fine mesh').filter({ hasText: '메모리 부족' }).waitFor()
    await shoot(page, 'list-dark-ko')
    await row('fine mesh').click()
    await expectText(page, /노드당 할당된 100 ?MB보다 많은 메모리가 필요했습니다/)
    await shoot(page, 'job-out-of-memory-dark-ko')
    await go(page, `#/jobs/${array}`)
    await expectText(page, '배열 요소')
    await shoot(page, 'array-dark-ko')
    await go(page, `#/jobs/${await agent.submit({ name: 'runs on', command: 'echo step 1; sleep 300', time: 5 })}`)
    await page.getByRole('button', { name: '작업 취소…' }).waitFor()
    await page.getByText('실행 중').nth(1).waitFor()
    await shoot(page, 'job-running-dark-ko')
    await cluster.run('scancel', ['--name', 'runs on'])
  })

  it('found nothing to complain about on the way', () => expect(seen).toEqual({ errors: [], foreign: [] }))
})
