import { describe, expect, it } from 'vitest'
import type { SiteAgentState, SiteConnection } from '../../../../contract/sites.ts'
import { sshConnectionState } from '../../../../src/core/sites/ssh-connection-state.ts'
import type { SshState } from '../../../../src/core/ssh/index.ts'

const traffic: SiteConnection = { state: 'degraded', since: '2026-11-20T09:00:00.000Z', roundTripMs: 1200 }
const connected: SshState = { state: 'connected' }
const shown = (ssh: SshState, agent: SiteAgentState['state']): SiteConnection =>
  sshConnectionState()(ssh, { state: agent }, traffic)

describe('an SSH site', () => {
  it.each(['unknown', 'looking', 'installing', 'starting'] as const)(
    'is starting while its session stands and its agent is %s',
    (agent) => expect(shown(connected, agent).state).toBe('starting'),
  )
  it.each(['failed', 'missing'] as const)('needs its user where the agent is %s', (agent) =>
    expect(shown(connected, agent).state).toBe('needs-you'),
  )
  it('is as its traffic says once the agent runs', () => expect(shown(connected, 'running')).toEqual(traffic))
  it('is connecting before its session stands, whatever its agent was', () =>
    expect(shown({ state: 'connecting' }, 'running').state).toBe('connecting'))
  it('remembers since when it is starting', () => {
    const state = sshConnectionState()
    const first = state(connected, { state: 'looking' }, traffic)
    expect(state(connected, { state: 'installing' }, traffic)).toEqual(first)
  })
})
