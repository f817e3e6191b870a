import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasPart } from '../helpers/parts.ts'
import { canAskTotp, startSshd, type TestSshd } from '../helpers/sshd.ts'
import { openBrowser, shoot } from './helpers/browser.ts'
import { startStack, type Stack } from './helpers/stack.ts'
import { expectText, go, jobIs, koreanAndDark, openedJob, watch } from './helpers/window.ts'

/** The main job on a cluster that opens nothing but SSH, asks for a second factor, and has no agent yet. */
describe.skipIf(!hasPart('chromium') || !canAskTotp)('a site over SSH', { timeout: 240_000 }, () => {
  const home = mkdtempSync(join(tmpdir(), 'headway-ssh-home-'))
  let sshd: TestSshd
  let stack: Stack
  let browser: Browser
  let page: Page
  let seen: ReturnType<typeof watch>
  /** Sign-ins that the server was asked for by keyboard-interactive. */
  const prompted = (): number =>
    sshd.log().match(/Postponed keyboard-interactive|Failed keyboard-interactive/g)?.length ?? 0

  beforeAll(async () => {
    sshd = await startSshd({ totp: true, settings: { LogLevel: 'DEBUG' } })
    stack = await startStack({ environment: { HOME: home } })
    browser = await openBrowser()
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' })
    page = await context.newPage()
    seen = watch(page)
    await page.goto(stack.address)
    await page.locator('input[autocomplete="username"]').waitFor()
  }, 240_000)

  afterAll(async () => {
    await browser?.close()
    await stack?.stop()
    await sshd?.close()
    rmSync(home, { recursive: true, force: true })
  })

  it('is added by typing user@host, and tested step by step', async () => {
    await go(page, '#/sites/add')
    await page.getByRole('textbox', { name: 'Where?' }).fill(`${sshd.user}@127.0.0.1:${sshd.port}`)
    await expectText(page, new RegExp(`SSH to 127.0.0.1 as ${sshd.user}`))
    await shoot(page, 'ssh-add-light-en')
  })

  it('shows the fingerprint, asks what the server asks, and offers the agent', async () => {
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('First connection to').waitFor()
    await shoot(page, 'ssh-host-key-light-en')
    await dialog.getByRole('button', { name: 'Trust and connect' }).click()
    await dialog.getByLabel(/Password:/).fill(sshd.password)
    await page.keyboard.press('Enter')
    await dialog.getByLabel(/One-time password/).waitFor()
    await shoot(page, 'ssh-code-light-en')
    await dialog.getByLabel(/One-time password/).fill(sshd.code())
    await page.keyboard.press('Enter')
    await dialog.getByText(/Put Headway.s agent on/).waitFor()
    await shoot(page, 'ssh-install-light-en')
    await dialog.getByRole('button', { name: 'Install and start' }).click()
    await page.getByRole('heading', { name: 'Templates', level: 1 }).waitFor({ timeout: 60_000 })
    await expect.poll(() => page.getByTestId('connection-state').textContent(), { timeout: 20_000 }).toBe('Connected')
    expect(prompted()).toBeGreaterThan(0)
  })

  it('runs a job from its files to its result through that one session', async () => {
    const before = prompted()
    await go(page, '#/templates/heat-triangle/new')
    await page.getByRole('button', { name: 'Use example files' }).click()
    const submit = page.getByRole('button', { name: /^Submit/ })
    await submit.waitFor()
    await submit.click()
    await openedJob(page)
    await jobIs(page, /Completed/)
    await shoot(page, 'ssh-job-light-en')
    expect(prompted()).toBe(before)
  })

  it('opens a terminal on the head node, with Hangul', async () => {
    await go(page, '#/terminal/new')
    const screen = page.locator('.xterm-screen').first()
    await screen.waitFor()
    await screen.click()
    await page.keyboard.type('id -un; echo ')
    await page.keyboard.insertText('한글')
    await page.keyboard.press('Enter')
    await expect
      .poll(() => page.locator('.xterm-rows').first().innerText(), { timeout: 20_000 })
      .toMatch(new RegExp(`${sshd.user}[^]*\\n한글`))
    await shoot(page, 'ssh-terminal-light-en')
  })

  it('says once that it needs the user after a cut, and goes on after one code', async () => {
    const before = prompted()
    sshd.cut()
    await expectText(page, /needs you/i)
    await new Promise((resolve) => setTimeout(resolve, 2000))
    expect(prompted(), 'nothing is begun that would send a push').toBe(before)
    await go(page, '#/jobs')
    await shoot(page, 'ssh-needs-you-light-en')
    await page.getByRole('button', { name: 'Connect', exact: true }).first().click()
    const dialog = page.getByRole('dialog')
    // The password is known from before; only the code is new.
    await dialog.getByLabel(/One-time password/).fill(sshd.code())
    await page.keyboard.press('Enter')
    await expect.poll(() => page.getByTestId('connection-state').textContent(), { timeout: 20_000 }).toBe('Connected')
  })

  it('is tested step by step from the list, and reads well in Korean and in the dark', async () => {
    await koreanAndDark(page)
    await go(page, '#/sites')
    await page.getByText(sshd.user).first().waitFor()
    await shoot(page, 'ssh-sites-dark-ko')
    await go(page, '#/sites/add')
    await shoot(page, 'ssh-add-dark-ko')
    await go(page, '#/forwards')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await shoot(page, 'ssh-forwards-dark-ko')
    await go(page, '#/terminal')
    await shoot(page, 'ssh-terminal-dark-ko')
  })

  it('says nothing wrong on the console and asks nobody else', () => {
    expect(seen.errors).toEqual([])
    expect(seen.foreign).toEqual([])
  })
})
