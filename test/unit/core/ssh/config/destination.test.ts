import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../../../src/core/kit/app-error.ts'
import { destinationText, parseDestination, parseProxyJump } from '../../../../../src/core/ssh/config/index.ts'

function parsed(text: string): unknown {
  try {
    return parseDestination(text, '/url')
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    expect(error.value.code).toBe('BAD_INPUT')
    expect(error.value.data).toMatchObject({ path: '/url' })
    return (error.value.data as { reason: string }).reason
  }
}

describe('a destination', () => {
  it.each([
    ['login', { host: 'login' }],
    ['alice@login', { user: 'alice', host: 'login' }],
    ['alice@login.example.org:2222', { user: 'alice', host: 'login.example.org', port: 2222 }],
    ['ssh://login', { host: 'login' }],
    ['SSH://alice@login:22/', { user: 'alice', host: 'login', port: 22 }],
    ['ssh://a%40b@login', { user: 'a@b', host: 'login' }],
    ['alice@corp.example@login', { user: 'alice@corp.example', host: 'login' }],
    [String.raw`CORP\alice@login`, { user: String.raw`CORP\alice`, host: 'login' }],
    ['[::1]', { host: '::1' }],
    ['alice@[fe80::1%eth0]:22', { user: 'alice', host: 'fe80::1%eth0', port: 22 }],
    ['alice@::1', { user: 'alice', host: '::1' }],
    ['2001:db8::7', { host: '2001:db8::7' }],
    ['[login]:22', { host: 'login', port: 22 }],
    ['büro_7', { host: 'büro_7' }],
  ])('is read from %s', (text, expected) => {
    expect(parsed(text)).toEqual(expected)
  })

  it.each([
    ['', 'the host is missing'],
    ['alice@', 'the host is missing'],
    ['@login', 'the user is missing'],
    ['ssh://', 'the host is missing'],
    ['[]', 'the host is missing'],
    ['-oProxyCommand=touch', 'a host cannot begin with a hyphen'],
    ['-l@login', 'a user cannot begin with a hyphen'],
    ['alice@-login', 'a host cannot begin with a hyphen'],
    ['ssh://-oX@login', 'a user cannot begin with a hyphen'],
    ['ssh://%2doX@login', 'a user cannot begin with a hyphen'],
    ['a login', 'a space or a control character in the host'],
    ['a b@login', 'a space or a control character in the user'],
    ['login\n', 'a space or a control character in the host'],
    ['log\u0000in', 'a space or a control character in the host'],
    ['log\u202ein', 'a space or a control character in the host'],
    ['ssh://a%0a@login', 'a space or a control character in the user'],
    ['ssh://%@login', 'the user is not written as in an address'],
    ['login:', 'the port is no number from 1 to 65535'],
    ['login:0', 'the port is no number from 1 to 65535'],
    ['login:65536', 'the port is no number from 1 to 65535'],
    ['login:22x', 'the port is no number from 1 to 65535'],
    ['login:-1', 'the port is no number from 1 to 65535'],
    ['a:b:c', 'an IPv6 address needs brackets'],
    ['[::1', 'a bracket without its other'],
    ['[::g]:22', 'a character that a host cannot have'],
    ['ssh://login/path', 'a character that a host cannot have'],
    ['https://login', 'only addresses that begin with ssh:// are meant'],
    ['$(id)', 'a character that a host cannot have'],
    ['`id`@login', 'a character that a user cannot have'],
    ['a;b@login', 'a character that a user cannot have'],
    ['login;id', 'a character that a host cannot have'],
    ['*.example', 'a character that a host cannot have'],
    ['x'.repeat(256), 'the host is too long'],
    ['x'.repeat(2000), 'too long'],
  ])('is refused: %j', (text, reason) => {
    expect(parsed(text)).toBe(reason)
  })

  it('never can be taken for an option, and is read back as it is written', () => {
    const unit = fc.oneof(
      fc.constantFrom(...Array.from('ab-@:[]%1. \\/$\n')),
      fc.string({ unit: 'binary', maxLength: 1 }),
    )
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 20 }), (text) => {
        const found = parsed(text)
        if (typeof found === 'string') return
        const { user, host, port } = parseDestination(text)
        expect(host.startsWith('-') || user?.startsWith('-')).toBeFalsy()
        expect(`${user}${host}`).not.toMatch(/[\p{Cc}\s;`&|<>]/u)
        expect(port === undefined || (port >= 1 && port <= 65535)).toBe(true)
        expect(
          parseDestination(
            destinationText({ ...(user === undefined ? {} : { user }), host, ...(port === undefined ? {} : { port }) }),
          ),
        ).toEqual(found)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('a list of jump hosts', () => {
  it('is read in its order, blanks around commas allowed', () => {
    expect(parseProxyJump('a@one:22, two ,ssh://[::1]:3')).toEqual([
      { user: 'a', host: 'one', port: 22 },
      { host: 'two' },
      { host: '::1', port: 3 },
    ])
    expect(parseProxyJump('None')).toEqual([])
  })

  it.each(['', 'a,', ',a', 'a,-oX', 'a b', Array(17).fill('a').join(',')])('is refused: %j', (text) => {
    expect(() => parseProxyJump(text)).toThrow(AppError)
  })
})
