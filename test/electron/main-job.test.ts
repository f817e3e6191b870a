import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron as electron, type ElectronApplication } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, startAgent, type TestAgent } from '../helpers/agent.ts'
import { go, jobIs, openedJob } from '../e2e/helpers/window.ts'

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** Run by `npm run test:electron` where Electron's binary and a display are there; the window is the one of the Node host. */
describe('main job in Electron', () => {
  const data = mkdtempSync(join(tmpdir(), 'headway-electron-'))
  let agent: TestAgent
  let app: ElectronApplication

  beforeAll(async () => {
    agent = await startAgent()
    app = await electron.launch({
      args: [file('dist/main/main.js')],
      env: {
        ...(process.env as Record<string, string>),
        XDG_DATA_HOME: data,
        XDG_CONFIG_HOME: data,
        HEADWAY_LOCAL_SITE: JSON.stringify({ url: agent.url, username: admin.username }),
      },
    })
  })
  afterAll(async () => {
    await app?.close()
    await agent?.close()
    rmSync(data, { recursive: true, force: true })
  })

  it('signs in and runs the heat template to its result', async () => {
    const page = await app.firstWindow()
    await page.getByLabel('Password', { exact: true }).fill(admin.password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('heading', { name: 'Templates', level: 1 }).waitFor()
    await go(page, '#/templates/heat-triangle')
    await page.getByRole('button', { name: 'Use example files' }).click()
    await page.getByText('2 of 2 uploaded').waitFor()
    await page.getByTestId('submit').click()
    await openedJob(page)
    await jobIs(page, /Completed/)
    expect(await page.getByText('Highest temperature').isVisible()).toBe(true)
    // Node is out of reach of the page.
    expect(await page.evaluate(() => typeof (globalThis as { require?: unknown }).require)).toBe('undefined')
  })
})
