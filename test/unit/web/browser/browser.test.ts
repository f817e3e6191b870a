import { expect, test } from 'vitest'
import { browserCommand, openInBrowser } from '../../../../src/web/browser.ts'

const there = (): boolean => true

test('a browser is opened only where there is a display', () => {
  expect(browserCommand({ DISPLAY: ':0' }, 'linux', there)).toEqual(['xdg-open'])
  expect(browserCommand({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux', there)).toEqual(['xdg-open'])
  expect(browserCommand({}, 'linux', there)).toBeUndefined()
  expect(browserCommand({ DISPLAY: ':0' }, 'linux', () => false)).toBeUndefined()
  expect(browserCommand({}, 'darwin', there)).toEqual(['open'])
})

test('HEADWAY_NO_BROWSER keeps it shut', () => {
  expect(browserCommand({ DISPLAY: ':0', HEADWAY_NO_BROWSER: '1' }, 'linux', there)).toBeUndefined()
})

test('only web addresses are opened', async () => {
  await expect(openInBrowser('file:///etc/passwd', { DISPLAY: ':0' })).rejects.toThrow('Only web addresses')
  await expect(openInBrowser('https://a.example', { HEADWAY_NO_BROWSER: '1' })).rejects.toThrow('no browser')
})
