import { siteAnswers } from '../../../../contract/site-answers.ts'
import type { Site } from '../../../../contract/sites.ts'

/** Whether the SSH session stands and the site's own agent wants a name and password besides. */
export const needsSecondSignIn = ({ agent, user, connection }: Pick<Site, 'agent' | 'user' | 'connection'>): boolean =>
  agent?.mode === 'site' &&
  agent.state === 'running' &&
  (connection.state === 'signed-out' || (siteAnswers(connection) && user === undefined))
