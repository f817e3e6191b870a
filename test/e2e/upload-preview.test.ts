import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasPart } from '../helpers/parts.ts'
import { openBrowser, shoot } from './helpers/browser.ts'
import { startStack, type Stack } from './helpers/stack.ts'
import { drop, expectText, go, koreanAndDark, signIn, watch } from './helpers/window.ts'

const bracket = fileURLToPath(new URL('../unit/mesh/recorded/bracket-41.msh', import.meta.url))
// "온도,압력" in CP949.
const cp949 = Buffer.from([0xbf, 0xc2, 0xb5, 0xb5, 0x2c, 0xbe, 0xd0, 0xb7, 0xc2])

/** Dropped files are looked at before anything is done with them, by mouse and by keyboard, in both languages. */
describe.skipIf(!hasPart('chromium'))('a look at a dropped file', () => {
  let stack: Stack
  let browser: Browser
  let page: Page
  let seen: ReturnType<typeof watch>
  const folder = mkdtempSync(join(tmpdir(), 'headway-look-'))
  const place = (name: string) => join(folder, name)
  const dialog = (name: string) => page.getByRole('dialog', { name })
  const open = (name: string) => page.getByRole('button', { name, exact: true }).first().click()

  beforeAll(async () => {
    copyFileSync(bracket, place('bracket.msh'))
    const rows = Array.from({ length: 300 }, (_, i) => `${300 + i / 10},${(101.3 + i / 50).toFixed(2)}`)
    writeFileSync(place('온도.csv'), Buffer.concat([cp949, Buffer.from(`\n${rows.join('\n')}\n`)]))
    writeFileSync(
      place('settings.json'),
      '{"mesh_size":2.50,"steps":[{"load":2400,"id":12345678901234567890},{"load":3000}]}',
    )
    writeFileSync(place('cut.stl'), 'solid x\n')
    writeFileSync(place('empty.yaml'), '')
    stack = await startStack()
    browser = await openBrowser()
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' })
    page = await context.newPage()
    seen = watch(page)
    await signIn(page, stack)
    await page.getByRole('link', { name: 'Bracket: static stress (gmsh + CalculiX)' }).click()
    await page.getByRole('heading', { name: 'Files', exact: true }).waitFor()
    await drop(page, ['bracket.msh', '온도.csv', 'settings.json', 'cut.stl', 'empty.yaml'].map(place))
    await page.getByRole('button', { name: 'bracket.msh', exact: true }).waitFor()
  }, 240_000)

  afterAll(async () => {
    await browser?.close()
    await stack?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('draws a mesh with its nodes, elements by type and box', async () => {
    await open('bracket.msh')
    const look = dialog('bracket.msh')
    await look.locator('canvas').waitFor()
    const facts = await look.locator('dl').innerText()
    expect(facts.replaceAll(/\s+/g, ' ')).toMatch(
      /Nodes \d+ Elements 755 Tetrahedra, 4 nodes 655 Triangles, 3 nodes 100 Bounding box length X 0 … 60 60 Y 0 … 40 40 Z 0 … 50 50/,
    )
    await shoot(page, 'upload-preview-mesh-light-en')
    await page.keyboard.press('Escape')
    await look.waitFor({ state: 'detached' })
  })

  it('shows a table in the encoding that it has, and in another one that is chosen', async () => {
    await page.getByRole('button', { name: '온도.csv', exact: true }).first().focus()
    await page.keyboard.press('Enter')
    const look = dialog('온도.csv')
    await look.getByRole('columnheader', { name: '압력' }).waitFor()
    await shoot(page, 'upload-preview-table-light-en')
    await look.getByRole('combobox', { name: 'Text encoding' }).click()
    await page.getByRole('option', { name: 'Western (Windows-1252)' }).click()
    await look.getByRole('columnheader', { name: '¾Ð·Â' }).waitFor()
    await page.keyboard.press('Escape')
    await look.waitFor({ state: 'detached' })
  })

  it('indents JSON without changing a digit, and goes on to the next file', async () => {
    await open('settings.json')
    const look = dialog('settings.json')
    await expect.poll(() => look.locator('pre').innerText()).toContain('      "id": 12345678901234567890')
    await shoot(page, 'upload-preview-json-light-en')
    await look.getByRole('switch', { name: 'Indented' }).click()
    await expect.poll(() => look.locator('pre').innerText()).toContain('{"mesh_size":2.50,')
    await look.getByRole('button', { name: 'Next file' }).click()
    await look.waitFor({ state: 'detached' })
    await page.keyboard.press('Escape')
  })

  it('says in both languages why there is nothing to see', async () => {
    await open('cut.stl')
    await expectText(page, 'It holds no triangles. Open it in its own program.')
    await page.keyboard.press('Escape')
    await open('empty.yaml')
    await expectText(page, 'The file is empty')
    await page.keyboard.press('Escape')
    const form = page.url().slice(page.url().indexOf('#'))
    await koreanAndDark(page)
    await go(page, form)
    await open('cut.stl')
    await expectText(page, '삼각형이 없습니다. 해당 프로그램에서 여세요.')
    await shoot(page, 'upload-preview-none-dark-ko')
    await page.keyboard.press('Escape')
    await open('bracket.msh')
    await dialog('bracket.msh').locator('canvas').waitFor()
    await expectText(page, '경계 상자')
    await shoot(page, 'upload-preview-mesh-dark-ko')
    await page.keyboard.press('Escape')
    expect(seen).toEqual({ errors: [], foreign: [] })
  })
})
