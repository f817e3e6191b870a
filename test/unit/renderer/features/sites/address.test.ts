import { describe, expect, it } from 'vitest'
import type { ConfiguredHost } from '../../../../../contract/sites.ts'
import {
  machineOf,
  matchingHosts,
  shownAddress,
  understandAddress,
} from '../../../../../src/renderer/features/sites/address.ts'
import { siteFormMessages } from '../../../../../src/renderer/features/sites/form-messages.ts'
import { understoodText } from '../../../../../src/renderer/features/sites/understood-text.ts'
import { sayIn } from '../../../../../src/renderer/ui/text.ts'

const hosts: ConfiguredHost[] = [
  { alias: 'hpc', hostname: 'login1.example', user: 'alice', port: 2222, proxyJump: 'gw.example' },
  { alias: 'lab', hostname: 'lab', port: 22 },
]

describe('an address', () => {
  it.each([
    ['alice@head.example', 'ssh://alice@head.example', { host: 'head.example', user: 'alice' }],
    [
      '  alice@head.example:2222 ',
      'ssh://alice@head.example:2222',
      { host: 'head.example', user: 'alice', port: 2222 },
    ],
    ['head', 'ssh://head', { host: 'head' }],
    ['ssh://head.example/', 'ssh://head.example', { host: 'head.example' }],
    ['SSH://bob@10.0.0.7:22', 'ssh://bob@10.0.0.7:22', { host: '10.0.0.7', user: 'bob', port: 22 }],
    ['alice@[2001:db8::7]:2222', 'ssh://alice@[2001:db8::7]:2222', { host: '2001:db8::7', user: 'alice', port: 2222 }],
    ['2001:db8::7', 'ssh://[2001:db8::7]', { host: '2001:db8::7' }],
    ['ssh alice@head -p 2222', 'ssh://alice@head:2222', { host: 'head', user: 'alice', port: 2222 }],
    ['ssh -p 2222 alice@head', 'ssh://alice@head:2222', { host: 'head', user: 'alice', port: 2222 }],
    ['alice@corp.example@head', 'ssh://alice%40corp.example@head', { host: 'head', user: 'alice@corp.example' }],
    [
      'ssh://alice%40corp.example@head',
      'ssh://alice%40corp.example@head',
      { host: 'head', user: 'alice@corp.example' },
    ],
  ])('%j is SSH', (typed, url, rest) => expect(understandAddress(typed)).toEqual({ kind: 'ssh', url, ...rest }))

  it.each([
    ['https://lab.example', { url: 'https://lab.example', host: 'lab.example', secure: true }],
    [
      'https://lab.example:8443/headway/',
      { url: 'https://lab.example:8443/headway', host: 'lab.example:8443', secure: true },
    ],
    ['http://127.0.0.1:8080', { url: 'http://127.0.0.1:8080', host: '127.0.0.1:8080', secure: false }],
  ])('%j is a Headway server', (typed, rest) => expect(understandAddress(typed)).toEqual({ kind: 'https', ...rest }))

  it.each([
    ['ftp://head', 'scheme'],
    ['https://', 'address'],
    ['https://alice:secret@lab.example', 'address'],
    ['https://lab example', 'address'],
    ['alice@', 'host'],
    ['@head', 'host'],
    ['head example', 'host'],
    ['-oProxyCommand=x', 'host'],
    ['alice@-oProxyCommand=x', 'host'],
    ['head;rm', 'host'],
    ['head:x', 'host'],
    ['alice@head:0', 'port'],
    ['alice@head:70000', 'port'],
    ['[::1', 'host'],
  ])('%j is none', (typed, reason) => expect(understandAddress(typed)).toEqual({ kind: 'wrong', reason }))

  it('is empty before anything is typed', () => expect(understandAddress('  ')).toEqual({ kind: 'empty' }))

  it('is shown as it is typed', () => {
    for (const typed of ['alice@head.example:2222', 'alice@corp.example@head', 'https://lab.example']) {
      const understood = understandAddress(typed)
      expect('url' in understood && shownAddress(understood.url)).toBe(typed)
    }
  })
})

const said = (typed: string, jump = '', language: 'en' | 'ko' = 'en') =>
  understoodText(understandAddress(typed, hosts), jump, sayIn(siteFormMessages, language))

describe('the sentence below the field', () => {
  it.each([
    ['alice@head.example', 'SSH to head.example as alice, port 22'],
    ['hpc', 'SSH to hpc (login1.example) as alice, port 2222, through gw.example, from your SSH configuration'],
    ['bob@lab:23', 'SSH to lab as bob, port 23, from your SSH configuration'],
    ['https://lab.example', 'Headway server at lab.example over HTTPS'],
    ['', ''],
  ])('says of %j: %s', (typed, sentence) => expect(said(typed)).toBe(sentence))

  it('lets a jump host of the form win, and none switch it off', () => {
    expect(said('hpc', 'other.example')).toContain('through other.example')
    expect(said('hpc', 'none')).not.toContain('through')
  })

  it('warns of a server without encryption', () => expect(said('http://lab.example')).toContain('without encryption'))
  it('speaks Korean', () => expect(said('alice@head', '', 'ko')).toBe('SSH: head에 alice(으)로, 포트 22'))
})

const found = (typed: string) => matchingHosts(hosts, typed).map(({ alias }) => alias)

describe('hosts of the SSH configuration', () => {
  it('are all there before anything is typed', () => expect(found('')).toEqual(['hpc', 'lab']))
  it('are narrowed by alias, name and user', () => {
    expect(found('HP')).toEqual(['hpc'])
    expect(found('login1')).toEqual(['hpc'])
    expect(found('ali')).toEqual(['hpc'])
  })
  it('are narrowed by what stands behind a user of one’s own', () => expect(found('bob@la')).toEqual(['lab']))
})

it.each([
  ['alice@head.example:2222', 'head.example'],
  ['head', 'head'],
  ['alice@[::1]:22', '::1'],
  ['alice@corp@head', 'head'],
])('the machine of %s is %s', (hop, machine) => expect(machineOf(hop)).toBe(machine))
