import type { SiteAgentState } from '../../../../contract/sites.ts'
import { plainLine } from '../../ui/plain-text.ts'
import type { Say } from '../../ui/text.ts'
import type { sitesMessages } from './messages.ts'

/** What the agent of an SSH site does, in a few words; empty where nothing is known. */
export function agentText(agent: SiteAgentState, say: Say<typeof sitesMessages.entries>): string {
  switch (agent.state) {
    case 'unknown':
      return ''
    case 'installing': {
      const part = agentPart(agent)
      return part === undefined
        ? say('agent.installing')
        : say('agent.installingPart', { percent: Math.floor(part * 100) })
    }
    case 'running':
      return [
        say('agent.running', { version: plainLine(agent.version ?? '', 40) }).trim(),
        ...(agent.mode === undefined ? [] : [say(`agent.${agent.mode}`)]),
        ...(agent.host === undefined ? [] : [say('agent.host', { host: plainLine(agent.host, 80) })]),
      ].join(', ')
    default:
      return say(`agent.${agent.state}`)
  }
}

/** How much of the agent has arrived, as a fraction; undefined where that is not known. */
export function agentPart({ progress }: SiteAgentState): number | undefined {
  return progress === undefined || progress.total <= 0 ? undefined : Math.min(1, progress.done / progress.total)
}
