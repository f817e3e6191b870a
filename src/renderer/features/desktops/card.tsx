import { ActionIcon, Button } from '@mantine/core'
import { AppWindow, CalendarClock, Eye, FolderOpen, Share2, User, type LucideIcon } from 'lucide-react'
import type { Desktop } from '../../../../contract/desktops.ts'
import { hrefOf, navigate } from '../../app/router.ts'
import { useSite } from '../../app/site-context.ts'
import { useFormat } from '../../ui/format.ts'
import { StateBadge } from '../../ui/state-badge.tsx'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import type { DesktopActions } from './actions.tsx'
import { IdleWords, TimeLeftBar, useResourceWords } from './facts.tsx'
import { desktopsMessages } from './messages.ts'
import { canShow, isMine } from './model.ts'
import { Picture } from './picture.tsx'
import { Waiting } from './waiting.tsx'
import styles from './desktops.module.css'

/** A desktop that lives: its picture, how it is, and all that can be done with it. The whole card leads to it. */
export function DesktopCard({ desktop, actions }: { desktop: Desktop; actions: DesktopActions }) {
  const say = useMessages(desktopsMessages)
  const language = useLanguage()
  const format = useFormat()
  const site = useSite()
  const resources = useResourceWords()
  const { name, state, gpu } = desktop
  const mine = isMine(desktop, site.user?.username)
  const template = textIn(desktop.templateName, language)
  const shown = canShow(desktop)
  const tools: readonly { label: string; icon: LucideIcon; run: () => void }[] = [
    ...(mine && shown ? [{ label: say('ownWindow'), icon: AppWindow, run: () => actions.openOwn(desktop) }] : []),
    { label: say('extend'), icon: CalendarClock, run: () => actions.ask(desktop, 'extend') },
    ...(mine && shown ? [{ label: say('share'), icon: Share2, run: () => actions.ask(desktop, 'share') }] : []),
    { label: say('files'), icon: FolderOpen, run: () => navigate({ page: 'jobs', id: desktop.id }) },
  ]
  return (
    <li className={styles.card} data-state={state}>
      <Picture site={site.id} desktop={desktop} />
      <div className={styles.words}>
        <div className={styles.cardHead}>
          <h2 className={styles.name}>
            <a href={hrefOf({ page: 'desktops', id: desktop.id })} data-card title={name}>
              {name}
            </a>
          </h2>
          <StateBadge state={state} />
        </div>
        <p className={styles.facts}>
          {template === name ? null : <span>{template}</span>}
          {desktop.node === undefined ? null : <span className="mono">{desktop.node}</span>}
          <span>{desktop.resources.partition ?? say('defaultPartition')}</span>
        </p>
        <p className={styles.facts}>
          <span>{resources(desktop.resources)}</span>
        </p>
        {state === 'queued' ? (
          <Waiting desktop={desktop} />
        ) : (
          <>
            {gpu === undefined ? null : (
              <p className={styles.facts}>
                <span>
                  {say('gpuUse', { percent: format.number(gpu.percent), memory: format.memory(gpu.memoryBytes) })}
                </span>
              </p>
            )}
            <TimeLeftBar desktop={desktop} />
          </>
        )}
        <p className={styles.marks}>
          <IdleWords desktop={desktop} />
          {mine ? null : (
            <span>
              <User size={12} aria-hidden />
              {say('owner', { user: desktop.user })}
            </span>
          )}
          {desktop.sharedSince === undefined ? null : (
            <span>
              <Share2 size={12} aria-hidden />
              {say('shared')}
            </span>
          )}
          {desktop.viewers < 2 ? null : (
            <span>
              <Eye size={12} aria-hidden />
              {say('viewers', { count: desktop.viewers })}
            </span>
          )}
        </p>
        <div className={styles.actions}>
          {mine ? (
            <Button
              size="compact-sm"
              variant={shown ? 'filled' : 'default'}
              onClick={() => navigate({ page: 'desktops', id: desktop.id })}
            >
              {say(shown ? 'open' : 'show')}
            </Button>
          ) : null}
          <span className={styles.icons}>
            {tools.map(({ label, icon: Icon, run }) => (
              <ActionIcon key={label} aria-label={say('of', { action: label, name })} title={label} onClick={run}>
                <Icon size={15} aria-hidden />
              </ActionIcon>
            ))}
          </span>
          <Button
            size="compact-sm"
            variant="subtle"
            color="red"
            aria-label={say('of', { action: say('end'), name })}
            onClick={() => actions.ask(desktop, 'end')}
          >
            {say('end')}
          </Button>
        </div>
      </div>
    </li>
  )
}
