import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cluster, hasCluster, ownCluster } from '../helpers/cluster.ts'
import { hasPart } from '../helpers/parts.ts'
import { agentOf } from './helpers/agent.ts'
import { openBrowser, shoot } from './helpers/browser.ts'
import { startStack, type Stack } from './helpers/stack.ts'
import { expectText, go, signIn, watch } from './helpers/window.ts'

describe.skipIf(!hasCluster || !hasPart('chromium'))('a Slurm that falls silent', () => {
  let cluster: Cluster
  let stack: Stack
  let browser: Browser
  let page: Page
  let seen: ReturnType<typeof watch>

  beforeAll(async () => {
    cluster = await ownCluster()
    stack = await startStack({ environment: { HEADWAY_SCHEDULER: 'slurm', SLURM_CONF: cluster.conf } })
    browser = await openBrowser()
    page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' })).newPage()
    seen = watch(page)
    await signIn(page, stack)
  }, 240_000)

  afterAll(async () => {
    await browser?.close()
    await stack?.stop()
    await cluster?.close()
  })

  it('leaves the list as it was last known, says so, and goes on', { timeout: 180_000 }, async () => {
    const { submit } = await agentOf(stack)
    await submit({ name: 'goes on meanwhile', command: 'while [ ! -e go ]; do sleep 0.2; done', time: 10 })
    await go(page, '#/jobs')
    const row = page.getByRole('row').filter({ hasText: 'goes on meanwhile' })
    await row.filter({ hasText: 'Running' }).waitFor()
    await cluster.daemon('slurmctld', 'freeze')
    try {
      await expectText(page, /^Last known .* ago\./, 90_000)
      expect(await row.filter({ hasText: 'Running' }).isVisible()).toBe(true)
      await shoot(page, 'jobs-slurm-silent')
    } finally {
      await cluster.daemon('slurmctld', 'thaw')
    }
    await page.getByText(/^Last known .* ago\./).waitFor({ state: 'detached', timeout: 60_000 })
    await cluster.run('scancel', ['--name', 'goes on meanwhile'])
    await row.filter({ hasText: 'Cancelled' }).waitFor({ timeout: 30_000 })
    expect(seen).toEqual({ errors: [], foreign: [] })
  })
})
