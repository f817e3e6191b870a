import { Button } from '@mantine/core'
import { useInterval } from '@mantine/hooks'
import { useState } from 'react'
import type { Site } from '../../../../contract/sites.ts'
import { useRoute } from '../../app/router.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useFormat } from '../../ui/format.ts'
import { useMessages } from '../../ui/text.ts'
import { sitesMessages } from './messages.ts'
import { SignInForm } from './sign-in-form.tsx'
import { sitesStore, useActiveSite } from './store.ts'

/** Above the page when its site is out of reach or the session has ended; the page itself stays. */
export function ConnectionBanner() {
  const site = useActiveSite()
  const entered = sitesStore.use((state) => site !== undefined && state.entered.has(site.id))
  const route = useRoute()
  if (site === undefined || !entered || route.page === 'sites') return null
  const { state } = site.connection
  if (state === 'signed-out') return <SignedOut site={site} />
  if (state === 'offline' || state === 'reconnecting') return <OutOfReach site={site} />
  return null
}

function SignedOut({ site }: { site: Site }) {
  const say = useMessages(sitesMessages)
  const [open, setOpen] = useState(false)
  return (
    <>
      <ErrorNote tone="wait" title={say('banner.signedOut', { name: site.name })} text={say('banner.signedOutNext')}>
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

function OutOfReach({ site }: { site: Site }) {
  const say = useMessages(sitesMessages)
  const format = useFormat()
  const reconnect = sitesStore.use((state) => state.reconnect)
  const [now, setNow] = useState(() => Date.now())
  useInterval(() => setNow(Date.now()), 1000, { autoInvoke: true })
  const { since, attempt, nextAttemptAt } = site.connection
  const wait = nextAttemptAt === undefined ? undefined : (Date.parse(nextAttemptAt) - now) / 1000
  const next =
    wait === undefined || wait < 1 || attempt === undefined
      ? ''
      : ` ${say('banner.attempt', { attempt, wait: format.duration(wait) })}`
  return (
    <ErrorNote
      tone="wait"
      title={say('banner.offline', { name: site.name, time: format.time(since) })}
      text={`${say('banner.offlineNext')}${next}`}
    >
      <Button variant="default" onClick={() => void reconnect(site.id).catch(() => undefined)}>
        {say('banner.tryNow')}
      </Button>
    </ErrorNote>
  )
}
