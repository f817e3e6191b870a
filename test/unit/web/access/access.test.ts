import { describe, expect, test } from 'vitest'
import { createSessions, isOwnRequest } from '../../../../src/web/access.ts'
import { findPeer } from '../../../../src/web/peer.ts'

const own = (method: string, headers: Record<string, string>, upgrade = false): boolean =>
  isOwnRequest({ method, headers }, 4000, upgrade)

describe('whose request it is', () => {
  test('our own page by either name of this machine', () => {
    expect(own('GET', { host: '127.0.0.1:4000' })).toBe(true)
    expect(own('POST', { host: '127.0.0.1:4000', origin: 'http://127.0.0.1:4000' })).toBe(true)
    expect(own('POST', { host: 'localhost:4000', origin: 'http://localhost:4000' })).toBe(true)
    expect(own('GET', { host: '127.0.0.1:4000', origin: 'http://127.0.0.1:4000' }, true)).toBe(true)
  })

  test.each([
    ['a rebound name', 'GET', { host: 'attacker.example:4000' }],
    ['a rebound name with its own origin', 'POST', { host: 'a.example:4000', origin: 'http://a.example:4000' }],
    ['another port', 'GET', { host: '127.0.0.1:4001' }],
    ['no port', 'GET', { host: '127.0.0.1' }],
    ['no host at all', 'GET', {}],
    ['a stranger’s origin', 'POST', { host: '127.0.0.1:4000', origin: 'https://a.example' }],
    ['another server of this machine', 'POST', { host: '127.0.0.1:4000', origin: 'http://127.0.0.1:8080' }],
    ['the other name of this machine', 'POST', { host: '127.0.0.1:4000', origin: 'http://localhost:4000' }],
    ['an opaque origin', 'POST', { host: '127.0.0.1:4000', origin: 'null' }],
    ['a change without an origin', 'POST', { host: '127.0.0.1:4000' }],
  ])('refuses %s', (_, method, headers) => {
    expect(own(method, headers as Record<string, string>)).toBe(false)
  })

  test('an upgrade always names its origin', () => {
    expect(own('GET', { host: '127.0.0.1:4000' }, true)).toBe(false)
  })
})

describe('one-time tokens', () => {
  test('work once, and give a bearer of their own each', () => {
    const sessions = createSessions()
    const first = sessions.mint()
    const one = sessions.exchange(first)
    expect(one).toHaveProperty('bearer')
    expect(sessions.exchange(first)).toEqual({ refused: 'used' })
    const two = sessions.exchange(sessions.mint())
    if (!('bearer' in one) || !('bearer' in two)) throw new Error('no bearer')
    expect(one.bearer).not.toBe(two.bearer)
    expect(sessions.isBearer(one.bearer)).toBe(true)
    expect(sessions.isBearer(two.bearer)).toBe(true)
    expect(sessions.isBearer(first)).toBe(false)
    expect(sessions.isBearer('')).toBe(false)
  })

  test('a newer one ends an unused older one', () => {
    const sessions = createSessions()
    const old = sessions.mint()
    sessions.mint()
    expect(sessions.exchange(old)).toEqual({ refused: 'wrong' })
  })

  test('ten wrong tries close the door for a minute, for the right token too', () => {
    let now = 0
    const sessions = createSessions(() => now)
    const token = sessions.mint()
    for (let tries = 0; tries < 10; tries += 1) expect(sessions.exchange('guess')).toEqual({ refused: 'wrong' })
    now = 20_000
    expect(sessions.exchange(token)).toEqual({ refused: 'too-many', retryAfter: 40 })
    now = 60_000
    expect(sessions.exchange(token)).toHaveProperty('bearer')
  })
})

test('the owner of a connection is found in the table of sockets', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0FA0 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1
   1: 0100007F:0FA0 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 2
   2: 0100007F:C350 0100007F:0FA0 01 00000000:00000000 00:00000000 00000000  1234        0 3`
  expect(findPeer(table, 4000, 50_000)).toBe(1234)
  expect(findPeer(table, 4000, 50_001)).toBeUndefined()
})
