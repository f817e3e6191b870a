import { hrefOf } from '../../app/router.ts'
import { useMessages } from '../../ui/text.ts'
import { shellMessages } from './shell-messages.ts'
import { useUnsent } from './store.ts'

/** How much of a site waits in the outbox, and the way there; nothing where nothing does. */
export function WaitsLink({ site }: { site: string }) {
  const say = useMessages(shellMessages)
  const { count } = useUnsent(site)
  return count === 0 ? null : <a href={hrefOf({ page: 'outbox' })}>{say('waits.count', { count })}</a>
}
