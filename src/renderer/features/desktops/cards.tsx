import { Button } from '@mantine/core'
import { Eye, MonitorPlay, Plus } from 'lucide-react'
import { useMemo, useState, type KeyboardEvent } from 'react'
import { AppError } from '../../app/app-error.tsx'
import { hrefOf } from '../../app/router.ts'
import { useSite } from '../../app/site-context.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useMessages } from '../../ui/text.ts'
import { useDesktopActions } from './actions.tsx'
import { DesktopCard } from './card.tsx'
import { EndedList } from './ended-list.tsx'
import { cardAfter } from './grid.ts'
import { desktopsMessages } from './messages.ts'
import { arranged, isMine } from './model.ts'
import type { SiteDesktops } from './store.ts'
import { WatchDialog } from './watch-dialog.tsx'
import styles from './desktops.module.css'

const none: NonNullable<SiteDesktops['desktops']> = new Map()

/** Arrow keys go from card to card; Enter is the link's own. */
function onKey(event: KeyboardEvent<HTMLElement>): void {
  const { target } = event
  if (!(target instanceof HTMLElement) || !target.matches('[data-card]')) return
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-card]')]
  const places = links.map((link) => link.closest('li')?.getBoundingClientRect() ?? link.getBoundingClientRect())
  const next = cardAfter(places, links.indexOf(target), event.key)
  if (next === undefined) return
  event.preventDefault()
  links[next]?.focus()
}

/** All desktops of the site: those that live as cards, those that have ended below. */
export function Cards({ desktops, asOf, error }: SiteDesktops) {
  const say = useMessages(desktopsMessages)
  const site = useSite()
  const [watching, setWatching] = useState(false)
  const actions = useDesktopActions(desktops ?? none)
  const username = site.user?.username
  const { live, ended } = useMemo(() => arranged(desktops?.values() ?? [], username), [desktops, username])
  const own = live.filter((desktop) => isMine(desktop, username)).length
  const watch = (
    <Button variant="default" leftSection={<Eye size={14} aria-hidden />} onClick={() => setWatching(true)}>
      {say('watch')}
    </Button>
  )
  return (
    <>
      <PageHeader
        title={say('title')}
        note={own === 0 ? undefined : say('note', { count: own, site: site.name })}
        asOf={asOf}
      >
        {watch}
        <Button component="a" href={hrefOf({ page: 'new-desktop' })} leftSection={<Plus size={14} aria-hidden />}>
          {say('new')}
        </Button>
      </PageHeader>
      <div className={styles.page}>
        {error === undefined ? null : <AppError error={error} site={site.id} />}
        {actions.element}
        {desktops === undefined ? (
          error === undefined ? (
            <Skeleton lines={8} />
          ) : null
        ) : (
          <>
            {live.length === 0 ? (
              <EmptyState
                icon={MonitorPlay}
                title={say(ended.length === 0 ? 'empty.title' : 'empty.titleNow', { site: site.name })}
                text={say('empty.text')}
              >
                <Button component="a" href={hrefOf({ page: 'new-desktop' })}>
                  {say('new')}
                </Button>
              </EmptyState>
            ) : (
              <ul className={styles.cards} aria-label={say('list')} aria-description={say('keys')} onKeyDown={onKey}>
                {live.map((desktop) => (
                  <DesktopCard key={desktop.id} desktop={desktop} actions={actions} />
                ))}
              </ul>
            )}
            <EndedList ended={ended} open={live.length === 0} />
          </>
        )}
      </div>
      {watching ? <WatchDialog site={site.id} onClose={() => setWatching(false)} /> : null}
    </>
  )
}
