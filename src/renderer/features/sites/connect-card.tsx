import { Anchor, Button } from '@mantine/core'
import { useEffect, useEffectEvent, useState } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { siteAnswers } from '../../../../contract/site-answers.ts'
import type { Site } from '../../../../contract/sites.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { hrefOf } from '../../app/router.ts'
import { useMessages } from '../../ui/text.ts'
import { shownAddress } from './address.ts'
import { AgentLine } from './agent-line.tsx'
import { sitesMessages } from './messages.ts'
import { needsSecondSignIn } from './second-sign-in.ts'
import { SignInForm } from './sign-in-form.tsx'
import { SiteState } from './site-state.tsx'
import { sitesStore } from './store.ts'
import styles from './sites.module.css'

/** An SSH site on its way: how far it is, why the last try failed, and the next step. Goes on by itself once connected. */
export function ConnectCard({ site, onReady }: { site: Site; onReady: () => void }) {
  const say = useMessages(sitesMessages)
  const ready = siteAnswers(site.connection) && site.user !== undefined
  const [wasReady] = useState(ready)
  const onBecomeReady = useEffectEvent(onReady)
  useEffect(() => {
    if (ready && !wasReady) onBecomeReady()
  }, [ready, wasReady])
  return (
    <>
      <p className={styles.where}>
        <span className="mono">{shownAddress(site.url)}</span>
        <SiteState site={site} />
      </p>
      <AgentLine agent={site.agent} />
      {needsSecondSignIn(site) ? (
        <SignInForm key={site.id} site={site} onSignedIn={onReady} />
      ) : ready ? (
        <Button size="sm" onClick={onReady}>
          {say('connect.open')}
        </Button>
      ) : (
        <Connecting site={site} />
      )}
      <p className={styles.links}>
        <Anchor size="sm" href={hrefOf({ page: 'sites', id: site.id, edit: true })}>
          {say('connect.editHint')}
        </Anchor>
        <Anchor size="sm" href={hrefOf({ page: 'sites' })}>
          {say('connect.manage')}
        </Anchor>
      </p>
    </>
  )
}

function Connecting({ site }: { site: Site }) {
  const say = useMessages(sitesMessages)
  const connect = sitesStore.use((state) => state.connect)
  const disconnect = sitesStore.use((state) => state.disconnect)
  const [failed, setFailed] = useState<AppErrorValue>()
  const { state, error: last } = site.connection
  const agentFailed = site.agent?.state === 'failed'
  const working = state === 'connecting' || state === 'starting' || (siteAnswers(site.connection) && !agentFailed)
  const error = working ? undefined : agentFailed ? (site.agent?.error ?? last ?? failed) : (last ?? failed)
  const start = async () => {
    setFailed(undefined)
    try {
      await connect(site.id)
    } catch (failure) {
      setFailed(errorValue(failure))
    }
  }
  return (
    <>
      {error === undefined ? (
        <p className={styles.hint}>{say(working ? 'connect.working' : 'connect.needsYou')}</p>
      ) : (
        <AppError error={error} />
      )}
      <div className={styles.cardActions}>
        {working ? null : (
          <Button size="sm" autoFocus onClick={() => void start()}>
            {say(agentFailed ? 'again' : 'connect')}
          </Button>
        )}
        {working || state === 'reconnecting' ? (
          <Button size="sm" variant="default" onClick={() => void disconnect(site.id).catch(() => undefined)}>
            {say('stop')}
          </Button>
        ) : null}
      </div>
    </>
  )
}
