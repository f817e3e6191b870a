import { it } from 'vitest'
import { openBrowser } from './helpers/browser.ts'
import { startCutSite } from './helpers/cut-site.ts'
it('try', async () => {
  const site = await startCutSite()
  const browser = await openBrowser()
  const page = await (await browser.newContext()).newPage()
  page.on('console', (m) => console.log('console', m.text()))
  page.on('pageerror', (m) => console.log('pageerror', m.message))
  page.on('requestfailed', (m) => console.log('failed', m.url(), m.failure()?.errorText))
  await page.goto(site.address)
  await page.waitForTimeout(4000)
  console.log(page.url(), await page.locator('body').innerText())
  await page.screenshot({ path: '/tmp/try.png' })
  await browser.close(); await site.stop()
}, 60000)
