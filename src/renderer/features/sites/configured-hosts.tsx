import { UnstyledButton } from '@mantine/core'
import { Plus } from 'lucide-react'
import type { ConfiguredHost } from '../../../../contract/sites.ts'
import { useMessages } from '../../ui/text.ts'
import { matchingHosts } from './address.ts'
import { siteFormMessages } from './form-messages.ts'
import styles from './form.module.css'

/** Hosts of `~/.ssh/config`, narrowed by what is typed above; one click adds one. */
export function ConfiguredHosts(props: {
  hosts: readonly ConfiguredHost[]
  typed: string
  busy: boolean
  onAdd: (host: ConfiguredHost) => void
}) {
  const say = useMessages(siteFormMessages)
  const found = matchingHosts(props.hosts, props.typed)
  if (found.length === 0) return null
  return (
    <section className={styles.hosts} aria-label={say('suggestions')}>
      <h2>
        {say('suggestions')}
        <span>{say('suggestionsCount', { count: found.length })}</span>
      </h2>
      <ul>
        {found.map((host) => (
          <li key={host.alias}>
            <UnstyledButton
              className={styles.host}
              disabled={props.busy}
              aria-label={say('suggestionAdd', { alias: host.alias })}
              onClick={() => props.onAdd(host)}
            >
              <strong>{host.alias}</strong>
              <span className="mono">
                {`${host.user === undefined ? '' : `${host.user}@`}${host.hostname}${host.port === 22 ? '' : `:${host.port}`}`}
              </span>
              {host.proxyJump === undefined ? null : <small>{say('is.through', { jump: host.proxyJump })}</small>}
              <Plus size={14} aria-hidden />
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </section>
  )
}
