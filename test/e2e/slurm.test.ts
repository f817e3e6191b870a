import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cluster, hasCluster, sharedCluster } from '../helpers/cluster.ts'
import { hasPart } from '../helpers/parts.ts'
import { openBrowser, shoot } from './helpers/browser.ts'
import { startStack, type Stack } from './helpers/stack.ts'
import { expectText, go, jobIs, koreanAndDark, signIn, watch } from './helpers/window.ts'

const hasAll = hasCluster && ['chromium', 'gmsh', 'ccx'].every((part) => hasPart(part))

describe.skipIf(!hasAll)('on a real Slurm', () => {
  let cluster: Cluster
  let stack: Stack
  let browser: Browser
  let page: Page
  let seen: ReturnType<typeof watch>
  /** The place of the workflow's run. */
  let steps: string

  beforeAll(async () => {
    cluster = await sharedCluster()
    stack = await startStack({ environment: { HEADWAY_SCHEDULER: 'slurm', SLURM_CONF: cluster.conf } })
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

  it('shows the nodes and partitions of the cluster', async () => {
    await go(page, '#/nodes')
    await page.getByRole('row', { name: /c4/ }).waitFor()
    await page.getByRole('row', { name: /v2/ }).waitFor()
    await shoot(page, 'nodes-slurm')
  })

  it('runs a workflow of four jobs, mesh before both solutions before the summary', { timeout: 420_000 }, async () => {
    await go(page, '#/templates/bracket-load-cases/new')
    await page.getByRole('button', { name: /example/i }).click()
    await expectText(page, '1 of 1 uploaded')
    await page.getByTestId('submit').click()
    await page.waitForURL(/#\/workflows\/\d+/, { timeout: 60_000 })
    steps = new URL(page.url()).hash
    await page.getByRole('group', { name: 'Steps and their order' }).waitFor()
    await shoot(page, 'workflow-running')
    await page.locator('[data-state="completed"]').first().waitFor({ timeout: 120_000 })
    await expectText(page, 'All steps have succeeded.', 240_000)
    await shoot(page, 'workflow-completed')

    // Slurm itself kept the order.
    const ids = await page
      .getByRole('group', { name: 'Steps and their order' })
      .getByRole('link')
      .evaluateAll((links) => links.map((link) => /jobs\/(\d+)/.exec(link.getAttribute('href') ?? '')?.[1] ?? ''))
    expect(ids.length).toBe(4)
    const rows = await cluster.run('sacct', ['-n', '-P', '-X', '-j', ids.join(','), '-o', 'JobID,State,Start,End'])
    const jobs = new Map(
      rows
        .trim()
        .split('\n')
        .map((row) => [row.split('|')[0], row.split('|').slice(1)]),
    )
    const [mesh, service, overload, summary] = ids.map((id) => jobs.get(id) ?? [])
    for (const job of [mesh, service, overload, summary]) expect(job?.[0]).toBe('COMPLETED')
    for (const solution of [service, overload]) {
      expect((solution?.[1] ?? '') >= (mesh?.[2] ?? '~')).toBe(true)
      expect((summary?.[1] ?? '') >= (solution?.[2] ?? '~')).toBe(true)
    }

    // The figure of the last step was computed from what both solutions left behind.
    await page.getByRole('link', { name: /^Summary/ }).click()
    await jobIs(page, /Completed/)
    await expectText(page, 'Largest von Mises stress of all cases')
  })

  it('shows fields and tables where they lie, and fetches several files as one', { timeout: 120_000 }, async () => {
    const file = (name: string) => page.getByRole('grid', { name: 'Files' }).getByRole('button', { name, exact: true })
    await file('summary.csv').click()
    await page.getByRole('dialog').getByRole('columnheader', { name: 'max_mises_MPa' }).waitFor()
    await shoot(page, 'results-table')
    await page.keyboard.press('Escape')
    for (const name of ['summary.csv', 'summary.txt'])
      await page.getByRole('checkbox', { name: `Select ${name}` }).click()
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download 2' }).click()
    const archive = await (await downloading).path()
    const script = 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), *sorted(z.namelist()))'
    const { stdout } = await promisify(execFile)('python3', ['-c', script, archive])
    expect(stdout.trim()).toMatch(/^None .*summary\.csv .*summary\.txt$/)

    await go(page, steps)
    await page.getByRole('link', { name: /^Overload/ }).click()
    await jobIs(page, /Completed/)
    await file('part.frd').click()
    await page
      .getByRole('img', { name: /^Surface of part\.frd, coloured by .* from .* to / })
      .waitFor({ timeout: 60_000 })
    await shoot(page, 'results-field')
    await page.keyboard.press('Escape')
  })

  it('reads as well in Korean, in the dark, on a small window', { timeout: 120_000 }, async () => {
    await koreanAndDark(page)
    const views = [
      ['workflow', steps, /모든 단계/],
      ['workflows', '#/workflows', /하중/],
      ['jobs', '#/jobs', /완료/],
      ['nodes', '#/nodes', /compute/],
      ['form', '#/templates/bracket-static/new', /제출 전 점검/],
      ['settings', '#/settings', /알림/],
    ] as const
    for (const [name, hash, text] of views) {
      await go(page, hash)
      await expectText(page, text)
      await shoot(page, `slurm-${name}-dark-ko`)
    }
    await go(page, steps)
    await page.getByRole('link', { name: /^과하중/ }).click()
    await page.getByRole('button', { name: 'part.frd', exact: true }).click()
    await page.getByRole('img', { name: /part\.frd 표면/ }).waitFor({ timeout: 60_000 })
    await shoot(page, 'slurm-results-dark-ko')
  })

  it('found nothing to complain about on the way', () => {
    expect(seen.errors).toEqual([])
    expect(seen.foreign).toEqual([])
  })
})
