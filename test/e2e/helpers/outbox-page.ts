import type { Locator, Page } from 'playwright-core'
import { go } from './window.ts'

/** A template without files, so that a job needs nothing but values. */
export const wire = (version: number, load: number): string => `id: wire
version: ${version}
name: { en: Wire pull, ko: 와이어 인장 }
category: structural
files: []
parameters:
  - key: load
    label: { en: Load, ko: 하중 }
    type: number
    unit: N
    default: ${load}
resources: { nodes: 1, tasks: 1, timeMinutes: 5 }
script: |
  #!/bin/sh
  echo pulled with {{ parameters.load }}
`

/** The outbox as the window shows it, and the form that fills it. */
export function outboxOf(page: Page) {
  const badge = (): Locator => page.getByRole('navigation').getByRole('link', { name: /^Outbox/ })
  /** Cells of the list that name an entry, or those of one name; the first column selects. */
  const titles = (title?: string): Locator =>
    page.locator('[role="gridcell"]:nth-child(2)', title === undefined ? {} : { hasText: title })
  const row = (title: string): Locator => page.getByRole('row').filter({ has: titles(title) })
  const detail = (title: string): Locator => page.getByRole('article', { name: `Outbox entry ${title}` })
  /** Fills a new form of the wire template and gives it to the outbox. */
  async function putWire(name: string, more: () => Promise<void> = async () => {}): Promise<void> {
    // Another page between: a form is begun anew.
    await go(page, '#/templates')
    await page.getByRole('heading', { name: 'Templates', level: 1 }).waitFor()
    await go(page, '#/templates/wire/new')
    await page.getByLabel('Name', { exact: true }).fill(name)
    await more()
    await page.getByTestId('submit').click()
  }
  /** Lets the form's job wait for a submission of the outbox. */
  async function waitForIt(title: string): Promise<void> {
    await page.getByRole('heading', { name: 'Resources' }).click()
    await page.getByRole('heading', { name: 'Queue options' }).click()
    await page.getByLabel('Waits for jobs').click()
    await page.getByRole('option', { name: `${title} (in the outbox)` }).click()
  }
  /** Those of these titles that the list shows, from top to bottom. */
  const order = async (...named: string[]): Promise<string[]> => {
    const texts = await titles().allTextContents()
    return texts.flatMap((text) => named.find((title) => text.startsWith(title)) ?? [])
  }
  return { badge, row, detail, putWire, waitForIt, order }
}
