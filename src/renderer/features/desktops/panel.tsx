import { Button } from '@mantine/core'
import { CircleHelp, Eye } from 'lucide-react'
import { type ReactNode } from 'react'
import type { Desktop } from '../../../../contract/desktops.ts'
import { AppError } from '../../app/app-error.tsx'
import { hrefOf, navigate } from '../../app/router.ts'
import { useSite } from '../../app/site-context.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { useFormat } from '../../ui/format.ts'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { textIn, useLanguage, useMessages } from '../../ui/text.ts'
import { useNow } from '../../ui/use-now.ts'
import type { DesktopActions } from './actions.tsx'
import { EndWords } from './end-words.tsx'
import { useResourceWords } from './facts.tsx'
import { desktopsMessages } from './messages.ts'
import { hasEnded, isMine } from './model.ts'
import { Picture } from './picture.tsx'
import type { PanelProps } from './panel-props.ts'
import { Screen } from './screen.tsx'
import { sessionMessages } from './session-messages.ts'
import { useAgain } from './use-again.ts'
import { Waiting } from './waiting.tsx'
import styles from './session.module.css'

/** One desktop as it stands: its screen, what it waits for, or how it ended. The screen comes and goes by itself. */
export function Panel(props: PanelProps) {
  const { tab, desktop, known } = props
  const site = useSite()
  if (tab.shared !== undefined) return <Screen {...props} />
  if (desktop === undefined) return known ? <Missing /> : <Skeleton lines={8} />
  if (hasEnded(desktop)) return <Ended desktop={desktop} />
  if (!isMine(desktop, site.user?.username)) return <Foreign desktop={desktop} />
  if (desktop.state === 'queued' || desktop.state === 'starting')
    return <NotYet desktop={desktop} actions={props.actions} />
  return <Screen {...props} />
}

function Missing() {
  const say = useMessages(sessionMessages)
  return (
    <EmptyState icon={CircleHelp} title={say('missing.title')} text={say('missing.text')}>
      <Button component="a" href={hrefOf({ page: 'desktops' })}>
        {say('back')}
      </Button>
    </EmptyState>
  )
}

function Foreign({ desktop: { name, user } }: { desktop: Desktop }) {
  const say = useMessages(sessionMessages)
  return (
    <EmptyState icon={Eye} title={say('foreign.title', { name, user })} text={say('foreign.text', { user })}>
      <Button component="a" href={hrefOf({ page: 'desktops' })}>
        {say('back')}
      </Button>
    </EmptyState>
  )
}

/** A calm page in the place of the screen. */
function Story(props: { desktop: Desktop; title: string; children: ReactNode; buttons: ReactNode }) {
  const { desktop } = props
  const site = useSite()
  const language = useLanguage()
  const resources = useResourceWords()
  const say = useMessages(desktopsMessages)
  return (
    <div className={styles.story}>
      <div className={styles.storyBody}>
        {hasEnded(desktop) ? <Picture site={site.id} desktop={desktop} /> : null}
        <StateBadge state={desktop.state} />
        <h2>{props.title}</h2>
        <div className={styles.storyWords} role="status">
          {props.children}
        </div>
        <p className={styles.dim}>
          {[
            textIn(desktop.templateName, language),
            desktop.resources.partition ?? say('defaultPartition'),
            resources(desktop.resources),
          ].join(' · ')}
        </p>
        <div className={styles.storyButtons}>{props.buttons}</div>
      </div>
    </div>
  )
}

/** Seconds after which a start is slow. */
const slowStart = 60

function NotYet({ desktop, actions }: { desktop: Desktop; actions: DesktopActions }) {
  const say = useMessages(sessionMessages)
  const sayAll = useMessages(desktopsMessages)
  const { name, node, startedAt, state } = desktop
  const now = useNow(state === 'starting')
  const slow = startedAt !== undefined && now - Date.parse(startedAt) > slowStart * 1000
  const end = (
    <Button variant="subtle" color="red" onClick={() => actions.ask(desktop, 'end')}>
      {sayAll('end')}
    </Button>
  )
  if (state === 'queued')
    return (
      <Story
        desktop={desktop}
        title={say('queued.title', { name })}
        buttons={
          <>
            <Button variant="default" onClick={() => actions.ask(desktop, 'extend')}>
              {sayAll('extend')}
            </Button>
            {end}
          </>
        }
      >
        <Waiting desktop={desktop} full />
        <p className={styles.dim}>{say('queued.stay')}</p>
      </Story>
    )
  const title = node === undefined ? say('starting.titleNoNode', { name }) : say('starting.title', { name, node })
  return (
    <Story
      desktop={desktop}
      title={title}
      buttons={
        <>
          {slow ? (
            <Button variant="default" onClick={() => navigate({ page: 'jobs', id: desktop.id })}>
              {say('starting.log')}
            </Button>
          ) : null}
          {end}
        </>
      }
    >
      <p>{say(slow ? 'starting.slow' : 'starting.text')}</p>
      <ProgressBar value={undefined} label={title} />
    </Story>
  )
}

function Ended({ desktop }: { desktop: Desktop }) {
  const say = useMessages(sessionMessages)
  const sayAll = useMessages(desktopsMessages)
  const format = useFormat()
  const site = useSite()
  const again = useAgain(site.id)
  const { startedAt, endedAt } = desktop
  const ran = startedAt === undefined || endedAt === undefined ? undefined : Date.parse(endedAt) - Date.parse(startedAt)
  return (
    <Story
      desktop={desktop}
      title={say('ended.title', { name: desktop.name })}
      buttons={
        isMine(desktop, site.user?.username) ? (
          <>
            <Button title={sayAll('againHint')} loading={again.busy !== undefined} onClick={() => again.start(desktop)}>
              {sayAll('again')}
            </Button>
            <Button variant="default" component="a" href={hrefOf({ page: 'new-desktop', from: desktop.id })}>
              {sayAll('againOther')}
            </Button>
            <Button variant="subtle" component="a" href={hrefOf({ page: 'jobs', id: desktop.id })}>
              {sayAll('files')}
            </Button>
          </>
        ) : null
      }
    >
      <EndWords desktop={desktop} />
      {ran === undefined ? null : (
        <p className={styles.dim}>{say('ended.ran', { time: format.duration(Math.max(0, ran) / 1000) })}</p>
      )}
      {again.error === undefined ? null : <AppError error={again.error.error} site={site.id} />}
    </Story>
  )
}
