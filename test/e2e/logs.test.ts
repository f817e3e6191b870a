import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasPart } from '../helpers/parts.ts'
import { openBrowser, shoot } from './helpers/browser.ts'
import { startStack, type Stack } from './helpers/stack.ts'
import { go, watch } from './helpers/window.ts'

const gibibyte = 1024 ** 3

/** Text in colours, a progress bar, a window title, and some bytes of a Windows code page. */
const colourful = [
  String.raw`printf '\033[1;32mok\033[0m start\nwarning: thin element\n\033[31mError:\033[0m it broke\033]0;evil\007\n'`,
  String.raw`for p in 10 50 100; do printf "progress $p %%\r"; done; echo`,
  String.raw`printf '\xbc\xf6\xb7\xc5 \x8c\x63\n'`,
  'echo side > solver.msg',
].join('; ')
/** 10 GB of which only both ends are text. */
const huge = `echo ready; truncate -s ${10 * gibibyte} big.txt; { echo; seq 1 20000; echo needle; } >> big.txt`
const pouring = `node -e 'let n = 0; const t = setInterval(() => { let s = ""; for (let i = 0; i < 2500; i++) s += "iteration " + ++n + " of something\\n"; process.stdout.write(s); if (n >= 400000) clearInterval(t) }, 50)'`

describe.skipIf(!hasPart('chromium'))('the log of a job', { timeout: 120_000 }, () => {
  let stack: Stack
  let browser: Browser
  let page: Page
  let seen: ReturnType<typeof watch>
  let agent: string
  let token: string

  beforeAll(async () => {
    stack = await startStack()
    agent = /agent listens at (\S+)/.exec(stack.output())?.[1] ?? ''
    const login = await fetch(`${agent}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: stack.username, password: stack.password }),
    })
    token = ((await login.json()) as { access_token: string }).access_token
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
  })

  async function open(command: string): Promise<void> {
    const answer = await fetch(`${agent}/api/jobs/submit`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ name: 'log', command }),
    })
    const { job_id: id } = (await answer.json()) as { job_id: string }
    await go(page, `#/jobs/${id}`)
    await page.getByRole('article', { name: `Job ${id}` }).waitFor()
  }
  const row = (text: string) => page.getByText(text, { exact: true })
  const field = (label: string) => page.getByLabel(label, { exact: true })

  it('shows colours and nothing that a terminal would obey, and reads other encodings', async () => {
    await open(`${colourful}; sleep 60`)
    await page.getByRole('log', { name: 'Log' }).waitFor()
    await row('progress 100 %').waitFor()
    expect(await row('ok').evaluate((element) => getComputedStyle(element).fontWeight)).toBe('700')
    expect(await page.title()).not.toContain('evil')
    await page.getByRole('button', { name: /^Read it as Korean/ }).click()
    await row('수렴 똠').waitFor()
    await shoot(page, 'log-colours')
    await field('Text file of the job').first().click()
    await page.getByRole('option', { name: /^solver\.msg/ }).click()
    await row('side').waitFor()
  })

  it('pauses where one scrolls up, counts what comes, and does not stand still at 50,000 lines a second', async () => {
    await open(pouring)
    await page.getByRole('button', { name: 'Following' }).waitFor()
    await page.getByText('of something').first().waitFor()
    await page.getByRole('log', { name: 'Log' }).hover()
    await page.mouse.wheel(0, -2000)
    await page.getByRole('button', { name: /^Paused – .*[1-9].* new lines?$/ }).click()
    await row('iteration 400000 of something').waitFor({ timeout: 60_000 })
  })

  it('is moved through and searched at 10 GB, by keys too', async () => {
    await open(huge)
    await row('ready').waitFor()
    await field('Text file of the job').first().click()
    await page.getByRole('option', { name: /^big\.txt/ }).click()
    await row('needle').waitFor()
    await field('Go to').fill('50 %')
    await field('Go to').press('Enter')
    await page.getByText(/5\.4 GB of 10\.7 GB/).waitFor()
    const lines = page.getByRole('region', { name: 'Log big.txt' })
    await lines.focus()
    await page.keyboard.press('End')
    await row('needle').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('NEEDLE')
    await page.keyboard.press('Shift+Enter')
    await page.locator('[data-current]').getByText('needle').waitFor()
    await shoot(page, 'log-10-gb')
    await lines.focus()
    await page.keyboard.press('Home')
    await page.getByText(/0 B of 10\.7 GB/).waitFor()
  })

  it('said nothing wrong on the console, and asked nobody else', () => {
    expect(seen).toEqual({ errors: [], foreign: [] })
  })
})
