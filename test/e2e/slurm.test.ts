import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cluster, hasCluster, sharedCluster } from '../helpers/cluster.ts'
import { hasPart } from '../helpers/parts.ts'
import { openBrowser, shoot } from './helpers/browser.ts'
import { startStack, type Stack } from './helpers/stack.ts'
import { expectText, go, jobIs, watch } from './helpers/window.ts'

const hasAll = hasCluster && ['chromium', 'gmsh', 'ccx'].every((part) => hasPart(part))

describe.skipIf(!hasAll)('on a real Slurm', () => {
  let cluster: Cluster
  let stack: Stack
  let browser: Browser
  let page: Page
  let seen: ReturnType<typeof watch>

  beforeAll(async () => {
    cluster = await sharedCluster()
    stack = await startStack({ environment: { HEADWAY_SCHEDULER: 'slurm', SLURM_CONF: cluster.conf } })
    browser = await openBrowser()
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' })
    page = await context.newPage()
    seen = watch(page)
    await page.goto(stack.address)
    await page.getByLabel('User name').fill(stack.username)
    await page.getByLabel('Password', { exact: true }).fill(stack.password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('heading', { name: 'Templates', level: 1 }).waitFor()
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

  it('found nothing to complain about on the way', () => {
    expect(seen.errors).toEqual([])
    expect(seen.foreign).toEqual([])
  })
})
