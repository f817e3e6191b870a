import { Button, Menu } from '@mantine/core'
import { ChevronDown, X } from 'lucide-react'
import type { Upload } from '../../../../contract/uploads.ts'
import { useServices } from '../../app/services.tsx'
import { useFormat } from '../../ui/format.ts'
import { useMessages } from '../../ui/text.ts'
import { limitMessages } from './limit-messages.ts'
import { plainLimits } from './limit.ts'
import { uploadsMessages } from './messages.ts'
import { canPause, canRetry, isUnderWay, wasThere } from './progress.ts'
import { uploadsStore } from './store.ts'
import { useEvery } from './use-every.ts'
import styles from './uploads.module.css'

type Action = 'pause' | 'resume' | 'retry' | 'sendAgain' | 'cancel' | 'remove'

const fits: Record<Action, (upload: Upload) => boolean> = {
  pause: canPause,
  resume: ({ state }) => state === 'paused',
  retry: canRetry,
  sendAgain: wasThere,
  cancel: isUnderWay,
  remove: (upload) => !isUnderWay(upload),
}
const order: readonly Action[] = ['pause', 'resume', 'retry', 'sendAgain', 'cancel', 'remove']

const menuButton = (text: string) => (
  <Button variant="default" rightSection={<ChevronDown size={13} aria-hidden />}>
    {text}
  </Button>
)

/** What can be done with the selected uploads: what makes sense for at least one of them, with the number it is done to. */
export function Bulk(props: {
  ids: readonly string[]
  clear: () => void
  /** Beside the details of a file: one menu instead of a row of buttons. */
  narrow: boolean
  onUse: (ids: readonly string[]) => void
}) {
  const { ids, clear, narrow, onUse } = props
  const services = useServices()
  const say = useMessages(uploadsMessages)
  const sayLimit = useMessages(limitMessages)
  const format = useFormat()
  const uploads = useEvery(500)
  const { pause, resume, sendAgain, remove, limit } = uploadsStore.of(services).getState()
  const acts: Record<Action, (ids: readonly string[]) => Promise<void>> = {
    pause,
    resume,
    retry: resume,
    sendAgain,
    cancel: remove,
    remove,
  }
  const selected = ids.flatMap((id) => uploads?.get(id) ?? [])
  const offers = order.flatMap((action) => {
    const fitting = selected.filter(fits[action]).map(({ id }) => id)
    if (fitting.length === 0) return []
    const look = (action === 'cancel' || action === 'remove' ? styles.danger : undefined) ?? ''
    const run = () => {
      void acts[action](fitting)
      if (action === 'remove') clear()
    }
    return [{ action, label: say(`bulk.${action}`, { count: fitting.length }), look, run }]
  })
  const moving = selected.filter(isUnderWay).map(({ id }) => id)
  const limits = [0, ...plainLimits].map((bytesPerSecond) => (
    <Menu.Item key={bytesPerSecond} onClick={() => void limit(moving, bytesPerSecond)}>
      {bytesPerSecond === 0 ? say('limit.none') : format.speed(bytesPerSecond)}
    </Menu.Item>
  ))
  const usable = selected.filter(({ state }) => state !== 'failed' && state !== 'cancelled').map(({ id }) => id)
  const count = (
    <span className={styles.selected} role="status">
      {say('bulk.selected', { count: selected.length })}
    </span>
  )
  if (narrow)
    return (
      <>
        {count}
        <Menu position="bottom-start">
          <Menu.Target>{menuButton(say('bulk.actions'))}</Menu.Target>
          <Menu.Dropdown>
            {offers.map(({ action, label, look, run }) => (
              <Menu.Item key={action} className={look} onClick={run}>
                {label}
              </Menu.Item>
            ))}
            {usable.length === 0 ? null : <Menu.Item onClick={() => onUse(usable)}>{say('bulk.use')}</Menu.Item>}
            <Menu.Item onClick={clear}>{say('bulk.clear')}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </>
    )
  return (
    <>
      {count}
      {offers.map(({ action, label, look, run }) => (
        <Button key={action} variant="default" className={look} onClick={run}>
          {label}
        </Button>
      ))}
      {moving.length === 0 ? null : (
        <Menu position="bottom-start">
          <Menu.Target>{menuButton(say('bulk.limit'))}</Menu.Target>
          <Menu.Dropdown aria-label={sayLimit('slider')}>{limits}</Menu.Dropdown>
        </Menu>
      )}
      {usable.length === 0 ? null : (
        <Button variant="default" onClick={() => onUse(usable)}>
          {say('bulk.use')}
        </Button>
      )}
      <Button variant="subtle" color="gray" leftSection={<X size={13} aria-hidden />} onClick={clear}>
        {say('bulk.clear')}
      </Button>
    </>
  )
}
