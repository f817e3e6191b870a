import { describe, expect, test } from 'vitest'
import { isAppUrl } from '../../../src/main/policy/app-url.ts'
import { placeWindow } from '../../../src/main/policy/bounds.ts'
import { afterLastWindow, isDrained, mustAsk } from '../../../src/main/policy/closing.ts'
import { isDesktopWindow } from '../../../src/main/policy/desktop-window.ts'
import { linkIn, placeOf } from '../../../src/main/policy/deep-link.ts'
import { destinationOf, isWebAddress } from '../../../src/main/policy/navigation.ts'
import { isPermitted } from '../../../src/main/policy/permissions.ts'
import { mayHavePort } from '../../../src/main/policy/sender.ts'
import { isTicket } from '../../../src/main/policy/ticket.ts'

test.each([
  ['headway-app://window/', true],
  ['headway-app://window/index.html#/jobs', true],
  ['headway-app://other/', false],
  ['headway-app://window.attacker.example/', false],
  ['headway-app://user@window/', false],
  ['headway-app:window', false],
  ['https://window/', false],
  ['file:///index.html', false],
  ['', false],
])('%s is our page: %s', (address, own) => {
  expect(isAppUrl(address)).toBe(own)
})

test.each([
  ['headway-app://window/#/jobs', 'stay'],
  ['https://docs.example/page?x=1', 'external'],
  ['http://docs.example/', 'deny'],
  ['https://user:secret@docs.example/', 'deny'],
  ['https://user@docs.example/', 'deny'],
  ['file:///etc/passwd', 'deny'],
  ['javascript:alert(1)', 'deny'],
  ['data:text/html,x', 'deny'],
  ['smb://server/share', 'deny'],
  ['ms-msdt:/id', 'deny'],
  ['headway://job/1', 'deny'],
  ['not an address', 'deny'],
])('%s leads: %s', (address, destination) => {
  expect(destinationOf(address)).toBe(destination)
})

test('the core may open a site on a plain network, but no program', () => {
  expect(isWebAddress('http://head-node:5010/api/docs')).toBe(true)
  expect(isWebAddress('https://head-node/')).toBe(true)
  for (const address of ['file:///bin/sh', 'http://a:b@c/', 'mailto:a@b', '']) expect(isWebAddress(address)).toBe(false)
})

test('permissions are denied unless listed, and listed ones only to our page', () => {
  const own = 'headway-app://window/'
  expect(isPermitted('clipboard-sanitized-write', own)).toBe(true)
  for (const permission of ['fullscreen', 'keyboardLock', 'clipboard-read']) {
    expect(isPermitted(permission, own)).toBe(true)
    expect(isPermitted(permission, 'https://a.example/')).toBe(false)
    expect(isPermitted(permission, 'headway-app://other/')).toBe(false)
  }
  for (const permission of [
    'media',
    'geolocation',
    'notifications',
    'pointerLock',
    'deprecated-sync-clipboard-read',
    'window-management',
    'openExternal',
    'usb',
    'unknown',
  ]) {
    expect(isPermitted(permission, own)).toBe(false)
  }
})

describe('a port to the core', () => {
  const page = { url: 'headway-app://window/#/jobs', isMainFrame: true, isOwnWindow: true }
  test('goes to our page in our window', () => expect(mayHavePort(page)).toBe(true))
  test.each([
    ['a frame in it', { isMainFrame: false }],
    ['another window', { isOwnWindow: false }],
    ['another page', { url: 'https://a.example/' }],
    ['a frame that has gone', { url: undefined }],
  ])('not to %s', (_, change) => expect(mayHavePort({ ...page, ...change })).toBe(false))
})

describe('a window of its own', () => {
  const opener = 'headway-app://window/#/desktops/7'
  test.each([
    ['headway-app://window/#/desktops/7/window', true],
    ['headway-app://window/#/desktops/local-7.b_2/window', true],
    ['headway-app://window/#/desktops/7', false],
    ['headway-app://window/#/desktops//window', false],
    ['headway-app://window/#/desktops/.x/window', false],
    ['headway-app://window/#/desktops/7/window/more', false],
    ['headway-app://window/#/desktops/7%2Fwindow/window', false],
    ['headway-app://window/#/jobs/7/window', false],
    ['headway-app://window/', false],
    ['headway-app://window/?x=1#/desktops/7/window', false],
    ['headway-app://window/other.html#/desktops/7/window', false],
    ['headway-app://other/#/desktops/7/window', false],
    ['headway-app://user@window/#/desktops/7/window', false],
    ['https://a.example/#/desktops/7/window', false],
    ['about:blank', false],
    ['javascript:alert(1)//#/desktops/7/window', false],
  ])('%s: %s', (address, allowed) => expect(isDesktopWindow({ address, opener })).toBe(allowed))
  test('is opened by our page alone', () => {
    const address = 'headway-app://window/#/desktops/7/window'
    for (const other of ['https://a.example/', 'about:blank', '']) {
      expect(isDesktopWindow({ address, opener: other })).toBe(false)
    }
  })
})

test('a ticket is a short word', () => {
  for (const ticket of ['a', 'Ab-_9', 'x'.repeat(128)]) expect(isTicket(ticket)).toBe(true)
  for (const ticket of ['', 'x'.repeat(129), 'a.b', 'a b', 'a\n', 7, null, undefined, ['a'], {}]) {
    expect(isTicket(ticket)).toBe(false)
  }
})

test('links from outside show a place and do nothing else', () => {
  expect(placeOf('headway://job/1832')).toBe('#/jobs/1832')
  expect(placeOf('headway://job/1832/')).toBe('#/jobs/1832')
  expect(placeOf('headway:///job/local-7')).toBe('#/jobs/local-7')
  expect(placeOf('headway://templates')).toBe('#/templates')
  expect(placeOf('headway://job/1?do=cancel#x')).toBe('#/jobs/1')
  for (const link of [
    'headway://job',
    'headway://job/.x',
    'headway://job/a b',
    'headway://submit/1',
    'https://job/1',
    'x',
  ]) {
    expect(placeOf(link)).toBeUndefined()
  }
  expect(linkIn(['/usr/bin/headway', '--flag', 'headway://job/1'])).toBe('headway://job/1')
  expect(linkIn(['/usr/bin/headway'])).toBeUndefined()
})

test('a window comes back where it was, unless that display has gone', () => {
  const displays = [{ x: 0, y: 0, width: 1920, height: 1080 }]
  const here = { x: 100, y: 50, width: 1300, height: 800 }
  expect(placeWindow(here, displays)).toEqual(here)
  expect(placeWindow({ ...here, x: 2500 }, displays)).toEqual({ width: 1440, height: 900 })
  expect(placeWindow({ ...here, y: -300 }, displays)).toEqual({ width: 1440, height: 900 })
  expect(placeWindow(undefined, [{ x: 0, y: 0, width: 1366, height: 768 }])).toEqual({ width: 1366, height: 768 })
})

describe('the end', () => {
  test.each([
    ['linux', 0, true, 'quit'],
    ['linux', 3, true, 'send'],
    ['win32', 3, true, 'send'],
    ['linux', 3, false, 'quit'],
    ['darwin', 0, false, 'stay'],
    ['darwin', 3, true, 'stay'],
  ] as const)('on %s the last window closes with %d unsent, tray %s: %s', (system, unsent, tray, next) => {
    expect(afterLastWindow({ unsent, tray }, system)).toBe(next)
  })
  test('is asked for once something waits, unless it is decided', () => {
    expect(mustAsk({ unsent: 0, settled: false })).toBe(false)
    expect(mustAsk({ unsent: 1, settled: false })).toBe(true)
    expect(mustAsk({ unsent: 1, settled: true })).toBe(false)
  })
  test('of the sending is told where no window shows it', () => {
    expect(isDrained(1, 0, false)).toBe(true)
    expect(isDrained(1, 0, true)).toBe(false)
    expect(isDrained(0, 0, false)).toBe(false)
    expect(isDrained(3, 1, false)).toBe(false)
  })
})
