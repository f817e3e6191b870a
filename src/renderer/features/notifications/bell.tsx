import { ActionIcon, Button, Popover, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { Bell, CircleAlert, CircleCheck, CircleX, Clock, Play, Settings, type LucideIcon } from 'lucide-react'
import { useState } from 'react'
import type { Notification, NotificationKind } from '../../../../contract/notifications.ts'
import { hrefOf } from '../../app/router.ts'
import { useActiveSite } from '../sites/store.ts'
import type { Tone } from '../../ui/states.ts'
import { useLanguage, useMessages } from '../../ui/text.ts'
import { Time } from '../../ui/time.tsx'
import { notificationsMessages } from './messages.ts'
import { notificationsStore, unreadOf, useNotifications, worthTelling } from './store.ts'
import { useSystemNotifications } from './system.ts'
import { saidOf } from './words.ts'
import styles from './notifications.module.css'

const looks: Readonly<Record<NotificationKind, { icon: LucideIcon; tone: Tone }>> = {
  started: { icon: Play, tone: 'busy' },
  finished: { icon: CircleCheck, tone: 'good' },
  failed: { icon: CircleX, tone: 'bad' },
  'time-low': { icon: Clock, tone: 'wait' },
  diverging: { icon: CircleAlert, tone: 'bad' },
}

/** More than this is said as `99+`. */
const mostCounted = 99

/** The bell of the active site: how much is unread, and the panel with the newest first. */
export function NotificationBell() {
  const say = useMessages(notificationsMessages)
  const site = useActiveSite()
  const id = site?.user === undefined ? undefined : site.id
  const told = useNotifications(id)
  useSystemNotifications(id, told)
  const [open, setOpen] = useState(false)
  const readAll = notificationsStore.use((state) => state.readAll)
  const unread = unreadOf(told).length
  const name = unread === 0 ? say('bell.none') : say('bell.unread', { count: unread })
  if (id === undefined) return null
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={400} trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton className={styles.bell} title={name} onClick={() => setOpen(!open)}>
          <Bell size={17} strokeWidth={1.8} aria-hidden />
          <VisuallyHidden>{name}</VisuallyHidden>
          {unread === 0 ? null : (
            <span className={styles.count} aria-hidden>
              {unread > mostCounted ? `${mostCounted}+` : unread}
            </span>
          )}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label={say('title')}>
        <div className={styles.head}>
          <strong>{say('title')}</strong>
          <span className={styles.grow} />
          {unread === 0 ? null : (
            <Button variant="subtle" size="compact-xs" onClick={() => readAll(id)}>
              {say('readAll')}
            </Button>
          )}
          <ActionIcon
            component="a"
            href={hrefOf({ page: 'settings' })}
            aria-label={say('settings')}
            title={say('settings')}
            onClick={() => setOpen(false)}
          >
            <Settings size={14} aria-hidden />
          </ActionIcon>
        </div>
        {told.items.length === 0 ? <p className={styles.empty}>{say('empty')}</p> : null}
        <ul className={styles.list} tabIndex={-1}>
          {worthTelling(told.items).map((item) => (
            <Item
              key={item.id}
              item={item}
              unread={item.id > told.readUpTo}
              onLeave={() => {
                setOpen(false)
                readAll(id)
              }}
            />
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  )
}

function Item({ item, unread, onLeave }: { item: Notification; unread: boolean; onLeave: () => void }) {
  const say = useMessages(notificationsMessages)
  const language = useLanguage()
  const { icon: Icon, tone } = looks[item.kind]
  return (
    <li className={styles.item} data-unread={unread || undefined}>
      <a href={hrefOf({ page: 'jobs', id: item.job.id })} onClick={onLeave}>
        <Icon size={15} className={styles.icon} data-tone={tone} aria-hidden />
        <span className={styles.what}>
          <span className={styles.name}>
            {item.job.name} <code>{item.job.id}</code>
          </span>
          <span className={styles.said}>{saidOf(item, language)}</span>
        </span>
        <span className={styles.when}>
          {unread ? <VisuallyHidden>{say('unread')}</VisuallyHidden> : null}
          <Time at={item.at} />
        </span>
      </a>
    </li>
  )
}
