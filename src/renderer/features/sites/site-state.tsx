import { useInterval } from '@mantine/hooks'
import { useState } from 'react'
import { siteAnswers } from '../../../../contract/site-answers.ts'
import type { Site } from '../../../../contract/sites.ts'
import { useFormat } from '../../ui/format.ts'
import { uiMessages } from '../../ui/messages.ts'
import { StateBadge } from '../../ui/state-badge.tsx'
import { useMessages } from '../../ui/text.ts'
import { sitesMessages } from './messages.ts'
import styles from './sites.module.css'

/** How well a site is reached: badge, and beside it the round trip or the next try. */
export function SiteState({ site }: { site: Site }) {
  const say = useMessages(sitesMessages)
  const { state, roundTripMs } = site.connection
  return (
    <span className={styles.siteState}>
      <ConnectionBadge site={site} />
      {siteAnswers(site.connection) && roundTripMs !== undefined ? (
        <span className={styles.trip} title={say('roundTripHint')}>
          {say('roundTrip', { ms: Math.max(1, Math.round(roundTripMs)) })}
        </span>
      ) : null}
      {state === 'reconnecting' || state === 'offline' ? <NextTry site={site} /> : null}
    </span>
  )
}

/** Its state; since when, on hover. */
export function ConnectionBadge({ site, plain = false }: { site: Site; plain?: boolean }) {
  const { word, since } = useConnectionWords(site)
  return <StateBadge state={site.connection.state} word={word} title={since} plain={plain} />
}

/** The word for a site's state, and since when it has been so. */
export function useConnectionWords({ connection: { state, since } }: Site): { word: string; since: string } {
  const say = useMessages(sitesMessages)
  const sayState = useMessages(uiMessages)
  const format = useFormat()
  const word = state === 'starting' ? say('state.starting') : sayState(`state.${state}`)
  return { word, since: say('state.since', { state: word, time: format.time(since) }) }
}

/** Seconds until the next try, counted down; which one it is while it runs. */
function NextTry({ site }: { site: Site }) {
  const text = useNextTry(site)
  return text === '' ? null : <span className={styles.trip}>{text}</span>
}

export function useNextTry({ connection: { attempt, nextAttemptAt } }: Site): string {
  const say = useMessages(sitesMessages)
  const format = useFormat()
  const [now, setNow] = useState(() => Date.now())
  useInterval(() => setNow(Date.now()), 1000, { autoInvoke: true })
  if (attempt === undefined) return ''
  const wait = nextAttemptAt === undefined ? 0 : (Date.parse(nextAttemptAt) - now) / 1000
  return wait < 1 ? say('state.try', { attempt }) : say('state.next', { attempt, wait: format.duration(wait) })
}
