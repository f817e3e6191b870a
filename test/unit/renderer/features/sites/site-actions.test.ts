import { describe, expect, it } from 'vitest'
import type { ConnectionState, Site, SiteAgentState } from '../../../../../contract/sites.ts'
import { agentText } from '../../../../../src/renderer/features/sites/agent-text.ts'
import { keyFileOf } from '../../../../../src/renderer/features/sites/host-key.ts'
import { sitesMessages } from '../../../../../src/renderer/features/sites/messages.ts'
import { isOneTimeCode } from '../../../../../src/renderer/features/sites/prompts.ts'
import { needsSecondSignIn } from '../../../../../src/renderer/features/sites/second-sign-in.ts'
import { canDisconnect, nextAction } from '../../../../../src/renderer/features/sites/site-actions.ts'
import { sayIn } from '../../../../../src/renderer/ui/text.ts'

const user = { username: 'alice', email: '', groups: [], permissions: [] }
const site = (state: ConnectionState, change: Partial<Site> = {}): Site => ({
  id: 'a',
  name: 'A',
  url: 'ssh://alice@head',
  connection: { state, since: '2026-11-21T00:00:00.000Z' },
  ...change,
})
const siteMode: SiteAgentState = { state: 'running', mode: 'site' }

describe('what comes next for a site', () => {
  it.each([
    ['unknown', 'connect'],
    ['needs-you', 'connect'],
    ['offline', 'connect'],
    ['connecting', 'stop'],
    ['starting', 'stop'],
    ['reconnecting', 'try-now'],
    ['signed-out', 'connect'],
    ['connected', 'again'],
    ['degraded', 'again'],
  ] as const)('over SSH, %s: %s', (state, action) => expect(nextAction(site(state))).toBe(action))

  it.each(['connected', 'degraded'] as const)('is to use it once signed in, %s', (state) =>
    expect(nextAction(site(state, { user }))).toBe('use'),
  )

  it('is a second sign-in where the agent is the whole site’s', () => {
    expect(nextAction(site('signed-out', { agent: siteMode }))).toBe('sign-in')
    expect(needsSecondSignIn(site('signed-out', { agent: siteMode }))).toBe(true)
    expect(needsSecondSignIn(site('degraded', { agent: siteMode }))).toBe(true)
    expect(needsSecondSignIn(site('connected', { agent: siteMode, user }))).toBe(false)
    expect(needsSecondSignIn(site('signed-out', { agent: { state: 'running', mode: 'user' } }))).toBe(false)
  })

  it('is to sign in to an HTTPS site, whatever its connection', () => {
    expect(nextAction(site('offline', { url: 'https://x' }))).toBe('sign-in')
    expect(nextAction(site('offline', { url: 'https://x', user }))).toBe('use')
    expect(canDisconnect(site('connected', { url: 'https://x', user }))).toBe(false)
  })

  it('lets a session be left that is there or on its way', () => {
    for (const state of ['connecting', 'starting', 'connected', 'degraded', 'reconnecting', 'signed-out'] as const) {
      expect(canDisconnect(site(state))).toBe(true)
    }
    for (const state of ['unknown', 'needs-you', 'offline'] as const) expect(canDisconnect(site(state))).toBe(false)
  })
})

const said = (agent: SiteAgentState) => agentText(agent, sayIn(sitesMessages, 'en'))

describe('the agent of a site', () => {
  it.each<[SiteAgentState, string]>([
    [{ state: 'unknown' }, ''],
    [{ state: 'installing', progress: { done: 45.9, total: 100 } }, 'Installing the agent, 45 %'],
    [{ state: 'installing', progress: { done: 0, total: 0 } }, 'Installing the agent…'],
    [{ state: 'running', mode: 'user', version: '2.4.0', host: 'login2' }, 'Agent 2.4.0, your own, on login2'],
    [{ state: 'running', mode: 'site' }, 'Agent, the site’s'],
    [{ state: 'missing' }, 'No agent on the head node yet'],
  ])('%j is said as %j', (agent, text) => expect(said(agent)).toBe(text))
})

it.each([
  ['Verification code: ', true],
  ["One-time password (OATH) for `alice': ", true],
  ['Passcode or option (1-3): ', true],
  ['인증번호: ', true],
  ['Password: ', false],
  ['alice@head’s password:', false],
  ['비밀번호:', false],
  ['New passphrase, at least fourteen characters and two digits of your choice: ', false],
])('%j asks for a code that is used once: %s', (prompt, is) => expect(isOneTimeCode(prompt)).toBe(is))

it.each([
  ['ssh-ed25519', '/etc/ssh/ssh_host_ed25519_key.pub'],
  ['ecdsa-sha2-nistp256', '/etc/ssh/ssh_host_ecdsa_key.pub'],
  ['rsa-sha2-512', '/etc/ssh/ssh_host_rsa_key.pub'],
  ['$(reboot)', '/etc/ssh/ssh_host_*_key.pub'],
])('the public key of %s is in %s', (type, file) => expect(keyFileOf(type)).toBe(file))
