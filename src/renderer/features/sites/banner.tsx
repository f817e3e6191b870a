import { Button } from '@mantine/core'
import { useState } from 'react'
import { siteAnswers } from '../../../../contract/site-answers.ts'
import type { Site } from '../../../../contract/sites.ts'
import { useRoute } from '../../app/router.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useExplain } from '../../app/errors.ts'
import { useFormat } from '../../ui/format.ts'
import { useMessages } from '../../ui/text.ts'
import { WaitsLink } from '../outbox/waits-link.tsx'
import { sitesMessages } from './messages.ts'
import { SignInForm } from './sign-in-form.tsx'
import { nextAction, useSiteActions } from './site-actions.ts'
import { useNextTry } from './site-state.tsx'
import { sitesStore, useActiveSite } from './store.ts'

/** Above the page when its site is not reached as usual, or a clock is wrong; the page itself stays. */
export function ConnectionBanner() {
  const site = useActiveSite()
  const entered = sitesStore.use((state) => site !== undefined && state.entered.has(site.id))
  const route = useRoute()
  if (site === undefined || !entered || route.page === 'sites') return null
  return (
    <>
      <State site={site} />
      <Clock site={site} />
    </>
  )
}

function State({ site }: { site: Site }) {
  const say = useMessages(sitesMessages)
  const { name } = site
  switch (site.connection.state) {
    case 'signed-out':
      return <SignedOut site={site} />
    case 'needs-you':
      return <NeedsYou site={site} />
    case 'offline':
    case 'reconnecting':
      return <OutOfReach site={site} />
    case 'degraded':
      return <ErrorNote tone="wait" title={say('banner.degraded', { name })} text={say('banner.degradedNext')} />
    case 'starting':
      return <ErrorNote tone="busy" title={say('banner.starting', { name })} text={say('banner.startingNext')} />
    default:
      return null
  }
}

/** To the minute: nobody sets a clock by this. */
function Clock({ site: { name, connection } }: { site: Site }) {
  const say = useMessages(sitesMessages)
  const format = useFormat()
  const { clockSkewSeconds: skew } = connection
  if (skew === undefined || !siteAnswers(connection)) return null
  const by = format.duration(Math.round(Math.abs(skew) / 60) * 60)
  const title = say(skew > 0 ? 'banner.clockAhead' : 'banner.clockBehind', { name, by })
  return <ErrorNote tone="wait" title={title} text={say('banner.clockNext')} />
}

function SignedOut({ site }: { site: Site }) {
  const say = useMessages(sitesMessages)
  const [open, setOpen] = useState(false)
  return (
    <>
      <ErrorNote tone="wait" title={say('banner.signedOut', { name: site.name })} text={say('banner.signedOutNext')}>
        <WaitsLink site={site.id} />
        <Button onClick={() => setOpen(true)}>{say('signIn.action')}</Button>
      </ErrorNote>
      {open ? (
        <Dialog title={say('signIn.title', { name: site.name })} onClose={() => setOpen(false)}>
          <SignInForm site={site} onSignedIn={() => setOpen(false)} />
        </Dialog>
      ) : null}
    </>
  )
}

function NeedsYou({ site }: { site: Site }) {
  const say = useMessages(sitesMessages)
  const explain = useExplain()
  const act = useSiteActions()
  const { error } = site.connection
  const why = error === undefined ? '' : `${explain(error).title} `
  return (
    <ErrorNote
      tone="wait"
      title={say('banner.needsYou', { name: site.name })}
      text={`${why}${say('banner.needsYouNext')}`}
    >
      <WaitsLink site={site.id} />
      <Button onClick={() => act(site, 'connect')}>{say('connect')}</Button>
    </ErrorNote>
  )
}

function OutOfReach({ site }: { site: Site }) {
  const say = useMessages(sitesMessages)
  const format = useFormat()
  const act = useSiteActions()
  const next = useNextTry(site)
  return (
    <ErrorNote
      tone="wait"
      title={say('banner.offline', { name: site.name, time: format.time(site.connection.since) })}
      text={`${say('banner.offlineNext')}${next === '' ? '' : ` ${next}.`}`}
    >
      <WaitsLink site={site.id} />
      <Button variant="default" onClick={() => act(site, nextAction(site) === 'connect' ? 'connect' : 'try-now')}>
        {say('banner.tryNow')}
      </Button>
    </ErrorNote>
  )
}
