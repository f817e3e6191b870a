import { Button, Menu, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { Check, ChevronDown, Plus } from 'lucide-react'
import { siteAnswers } from '../../../../contract/site-answers.ts'
import type { Site } from '../../../../contract/sites.ts'
import { navigate } from '../../app/router.ts'
import { states } from '../../ui/states.ts'
import { useMessages } from '../../ui/text.ts'
import { settingsStore } from '../settings/store.ts'
import { sitesMessages } from './messages.ts'
import { useConnectionWords } from './site-state.tsx'
import { useActiveSite, useSites } from './store.ts'
import styles from './sites.module.css'

function Connection({ site }: { site: Site }) {
  const say = useMessages(sitesMessages)
  const { word, since } = useConnectionWords(site)
  const { roundTripMs } = site.connection
  return (
    <>
      <span className={styles.state} data-testid="connection-state" title={since}>
        {word}
      </span>
      {roundTripMs === undefined || !siteAnswers(site.connection) ? null : (
        <span className={styles.trip} title={say('roundTripHint')}>
          {say('roundTrip', { ms: Math.max(1, Math.round(roundTripMs)) })}
        </span>
      )}
    </>
  )
}

function StateWord({ site }: { site: Site }) {
  const { word, since } = useConnectionWords(site)
  return <span title={since}>{word}</span>
}

/** A dot in the state's colour; a site that waits for its user has an icon of its own. */
function Dot({ site }: { site: Site }) {
  const { icon: Icon, tone } = states[site.connection.state]
  if (site.connection.state === 'needs-you') return <Icon size={13} className={styles.attention} aria-hidden />
  return <span className={styles.dot} data-tone={tone} aria-hidden />
}

/** Which site the window shows and how well it is reached: dot, word and round trip; a menu to change it. */
export function SiteSwitcher() {
  const say = useMessages(sitesMessages)
  const sites = useSites()
  const active = useActiveSite()
  const update = settingsStore.use((state) => state.update)
  if (sites === undefined) return null
  if (active === undefined)
    return (
      <Button
        variant="subtle"
        leftSection={<Plus size={14} aria-hidden />}
        onClick={() => navigate({ page: 'sites', add: true })}
      >
        {say('add')}
      </Button>
    )
  return (
    <Menu position="bottom-start" width={300}>
      <Menu.Target>
        <UnstyledButton className={styles.switcher}>
          <Dot site={active} />
          <VisuallyHidden>{say('switch')}</VisuallyHidden>
          <strong>{active.name}</strong>
          <Connection site={active} />
          <ChevronDown size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {[...sites.values()].map((site) => (
          <Menu.Item
            key={site.id}
            leftSection={<Dot site={site} />}
            rightSection={
              <span className={styles.itemState}>
                <StateWord site={site} />
                {site.id === active.id ? <Check size={14} aria-hidden /> : null}
              </span>
            }
            onClick={() => {
              update({ activeSite: site.id })
              if (site.user === undefined) navigate({ page: 'sites', id: site.id })
            }}
          >
            {site.name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => navigate({ page: 'sites' })}>{say('manage')}</Menu.Item>
        <Menu.Item leftSection={<Plus size={14} aria-hidden />} onClick={() => navigate({ page: 'sites', add: true })}>
          {say('add')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
