import { Switch } from '@mantine/core'
import { useId, useState } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { NotificationChoices, NotificationKind } from '../../../../contract/notifications.ts'
import type { Site } from '../../../../contract/sites.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'
import { useQuery } from '../../app/use-query.ts'
import { useMessages } from '../../ui/text.ts'
import { settingsStore, useSettings } from '../settings/store.ts'
import { useActiveSite } from '../sites/store.ts'
import { notificationsMessages } from './messages.ts'
import { wantsSystem } from './system.ts'
import styles from './notifications.module.css'

// The contract's own list would bring the schema library into the window.
const kinds: readonly NotificationKind[] = ['started', 'finished', 'failed', 'time-low', 'diverging']

/** What users are told of their jobs, and whether the desktop shows it. */
export function NotificationSettings() {
  const site = useActiveSite()
  return (
    <>
      <SystemSwitch />
      {site?.user === undefined ? null : <Choices key={site.id} site={site} />}
    </>
  )
}

function Line(props: {
  label: string
  hint: string
  checked: boolean
  disabled?: boolean
  onChange: (on: boolean) => void
}) {
  const hint = useId()
  return (
    <div className={styles.line}>
      <div className={styles.words}>
        <span>{props.label}</span>
        <small id={hint}>{props.hint}</small>
      </div>
      <Switch
        aria-label={props.label}
        aria-describedby={hint}
        checked={props.checked}
        disabled={props.disabled ?? false}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
    </div>
  )
}

function SystemSwitch() {
  const say = useMessages(notificationsMessages)
  const { info } = useServices()
  const { systemNotifications } = useSettings()
  const update = settingsStore.use((state) => state.update)
  const native = info.capabilities.nativeNotifications === true
  const missing = !native && !('Notification' in window)
  const [denied, setDenied] = useState(false)
  const blocked = !native && !missing && Notification.permission === 'denied'
  const change = async (on: boolean) => {
    setDenied(false)
    if (on && !native) {
      // Asked for only here: a page that asks by itself is refused for good by many.
      const answer = await Notification.requestPermission()
      if (answer !== 'granted') return setDenied(true)
    }
    update({ systemNotifications: on })
  }
  const hint = missing ? say('system.missing') : denied || blocked ? say('system.denied') : say('system.hint')
  const on = wantsSystem(systemNotifications, native) && !missing && !blocked
  return (
    <Line label={say('system.switch')} hint={hint} checked={on} disabled={missing} onChange={(to) => void change(to)} />
  )
}

function Choices({ site }: { site: Site }) {
  const say = useMessages(notificationsMessages)
  const { client } = useServices()
  const query = useQuery('notifications', 'choices', { site: site.id }, '')
  const [chosen, setChosen] = useState<NotificationChoices>()
  const [error, setError] = useState<AppErrorValue>()
  const choices = chosen ?? query.data
  const choose = async (kind: NotificationKind, on: boolean) => {
    if (choices === undefined) return
    setError(undefined)
    setChosen({ ...choices, kinds: { ...choices.kinds, [kind]: on } })
    try {
      setChosen(await client.call('notifications', 'choose', { site: site.id, kinds: { [kind]: on } }))
    } catch (failure) {
      setChosen(choices)
      setError(errorValue(failure))
    }
  }
  const problem = error ?? query.error
  const muted = choices?.muted.length ?? 0
  return (
    <>
      <p className={styles.site}>{say('choices.site', { site: site.name })}</p>
      {problem === undefined ? null : <AppError error={problem} site={site.id} onRetry={query.again} />}
      {choices === undefined
        ? null
        : kinds.map((kind) => (
            <Line
              key={kind}
              label={say(`kind.${kind}`)}
              hint={say(`kind.${kind}Hint`)}
              checked={choices.kinds[kind]}
              onChange={(on) => void choose(kind, on)}
            />
          ))}
      {muted === 0 ? null : <p className={styles.site}>{say('choices.muted', { count: muted })}</p>}
    </>
  )
}
