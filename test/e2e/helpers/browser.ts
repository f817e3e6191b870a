import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

export { openBrowser } from '../../helpers/chromium.ts'

export const artifacts = fileURLToPath(new URL('../../.artifacts/', import.meta.url))

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Nothing serious or critical for people who use a keyboard or a screen reader. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  // Evaluated by the debugger, so the page's own content security policy stays as it is.
  await page.evaluate(`if (!window.axe) { ${axeSource} }`)
  const serious = await page.evaluate(async () => {
    const axe = (
      globalThis as unknown as {
        axe: {
          run(): Promise<{
            violations: { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] }[]
          }>
        }
      }
    ).axe
    const { violations } = await axe.run()
    return violations
      .filter((violation) => violation.impact === 'serious' || violation.impact === 'critical')
      .map(
        (violation) =>
          `${violation.id}: ${violation.nodes.map((node) => `${node.target.join(' ')} (${node.failureSummary})`).join('; ')}`,
      )
  })
  expect(serious, `axe-core on ${where}`).toEqual([])
}

const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
]

/** A screenshot of the page as it stands in every size, and axe-core on each; language and theme are the caller's. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = join(artifacts, 'screenshots')
  mkdirSync(folder, { recursive: true })
  const before = page.viewportSize()
  for (const size of sizes) {
    await page.setViewportSize(size)
    // One frame for the layout to follow the window.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
    await page.screenshot({ path: join(folder, `${name}-${size.width}x${size.height}.png`), animations: 'disabled' })
    await expectAccessible(page, `${name} at ${size.width}×${size.height}`)
  }
  if (before !== null) await page.setViewportSize(before)
}
