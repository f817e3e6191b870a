import type { AppErrorValue } from '../../../contract/errors.ts'
import type { ConnectionState, SiteAgentState, SiteConnection } from '../../../contract/sites.ts'
import type { SshState } from '../ssh/index.ts'

interface Wanted {
  state: ConnectionState
  attempt?: number
  nextAttemptAt?: string
  error?: AppErrorValue
}

/** What a window shows of an SSH site: the session first, then its agent, then the traffic with it. Remembers since when. */
export function sshConnectionState(): (
  ssh: SshState,
  agent: SiteAgentState,
  traffic: SiteConnection,
) => SiteConnection {
  let last: { state: ConnectionState; since: string } | undefined
  return (ssh, agent, traffic) => {
    const wanted = wantedState(ssh, agent)
    if (wanted === undefined) {
      last = { state: traffic.state, since: traffic.since }
      return traffic
    }
    if (last?.state !== wanted.state) last = { state: wanted.state, since: new Date().toISOString() }
    return { ...wanted, since: last.since }
  }
}

/** Undefined: the session stands and the agent runs, so the traffic with it tells. */
function wantedState(ssh: SshState, agent: SiteAgentState): Wanted | undefined {
  switch (ssh.state) {
    case 'idle':
      return { state: 'signed-out' }
    case 'connecting':
      return { state: 'connecting' }
    case 'needs-you':
      return { state: 'needs-you', error: ssh.error }
    case 'reconnecting':
    case 'offline':
      return {
        state: ssh.state,
        attempt: ssh.attempt,
        nextAttemptAt: new Date(ssh.nextAttemptAt).toISOString(),
        error: ssh.error,
      }
    default:
      if (agent.state === 'running') return undefined
      if (agent.state !== 'failed' && agent.state !== 'missing') return { state: 'starting' }
      return { state: 'needs-you', ...(agent.error === undefined ? {} : { error: agent.error }) }
  }
}
