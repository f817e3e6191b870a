import type { SiteAgentState } from '../../../../contract/sites.ts'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { useMessages } from '../../ui/text.ts'
import { agentPart, agentText } from './agent-text.ts'
import { sitesMessages } from './messages.ts'
import styles from './sites.module.css'

/** What the agent does, with a bar while it is installed. */
export function AgentLine({ agent }: { agent: SiteAgentState | undefined }) {
  const say = useMessages(sitesMessages)
  const text = agent === undefined ? '' : agentText(agent, say)
  // What failed stands as a sentence elsewhere.
  if (agent === undefined || text === '' || (agent.state === 'failed' && agent.error !== undefined)) return null
  return (
    <span className={styles.agent} data-state={agent.state}>
      <span>{text}</span>
      {agent.state === 'installing' ? <ProgressBar value={agentPart(agent)} label={text} /> : null}
    </span>
  )
}
