import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Stack } from './stack.ts'

/** A place of the window by its hash, as a deep link or reload reaches it. */
export async function go(page: Page, hash: string): Promise<void> {
  await page.evaluate((value) => {
    location.hash = value
  }, hash)
}

/** Opens the window and signs in with the stack's first account. */
export async function signIn(page: Page, stack: Pick<Stack, 'address' | 'username' | 'password'>): Promise<void> {
  await page.goto(stack.address)
  await page.locator('input[autocomplete="username"]').fill(stack.username)
  const password = page.locator('input[autocomplete="current-password"]')
  await password.fill(stack.password)
  await password.press('Enter')
  await password.waitFor({ state: 'detached' })
}

/** The window in Korean and in the dark from now on. */
export async function koreanAndDark(page: Page): Promise<void> {
  await go(page, '#/settings')
  await page.getByRole('radiogroup').first().getByText('한국어', { exact: true }).click()
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
}

/**
 * Switches something on or off as a pointer does, by the track that is drawn: the control itself has no size, and a click forced
 * onto it misses while what it lies in still moves.
 */
export async function turn(choice: Locator, on: boolean): Promise<void> {
  await expect.poll(() => choice.isChecked()).toBe(!on)
  await choice.locator('xpath=following-sibling::span[1]').click()
  await expect.poll(() => choice.isChecked()).toBe(on)
}

/** The id of the job whose page is open. */
export async function openedJob(page: Page): Promise<string> {
  await page.waitForURL(/#\/jobs\/\d+/, { timeout: 60_000 })
  return /#\/jobs\/(\d+)/.exec(page.url())?.[1] ?? ''
}

/** Waits until the open job's page shows the state word. */
export async function jobIs(page: Page, word: RegExp, timeout = 120_000): Promise<void> {
  await page
    .getByRole('article', { name: /^Job \d+/ })
    .getByText(word)
    .first()
    .waitFor({ timeout })
}

/** Everything the page said on its console as an error, and every request it made elsewhere: must stay empty. */
export function watch(page: Page): { errors: string[]; foreign: string[] } {
  const seen = { errors: [] as string[], foreign: [] as string[] }
  page.on('console', (message) => {
    if (message.type() === 'error') seen.errors.push(message.text())
  })
  page.on('pageerror', (error) => seen.errors.push(error.message))
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url())
    if (['http:', 'https:', 'ws:', 'wss:'].includes(protocol) && hostname !== '127.0.0.1')
      seen.foreign.push(request.url())
  })
  return seen
}

export async function expectText(page: Page, text: string | RegExp, timeout = 30_000): Promise<void> {
  await page.getByText(text).first().waitFor({ timeout })
  expect(await page.getByText(text).first().isVisible()).toBe(true)
}

/** Drags files and folders of this machine onto the page, as the window system would. */
export async function drop(page: Page, files: string[]): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files, dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 600, y: 400, data })
  }
  await session.detach()
}
