import { ActionIcon, Button } from '@mantine/core'
import { ArrowLeft } from 'lucide-react'
import { AppError } from '../../app/app-error.tsx'
import { hrefOf, type RouteOf } from '../../app/router.ts'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useFormat } from '../../ui/format.ts'
import { Notes } from '../../ui/notes.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { SplitView, useBeside } from '../../ui/split-view.tsx'
import { useMessages } from '../../ui/text.ts'
import { EntryDetail } from './detail.tsx'
import { OutboxList } from './list.tsx'
import { outboxMessages } from './messages.ts'
import { groupsOf } from './model.ts'
import { outboxStore, useOutbox, useUnsent } from './store.ts'
import { useFollowedJobs } from './titles.ts'
import { useOutboxActions } from './use-actions.tsx'
import styles from './outbox.module.css'

/** `#/outbox` and `#/outbox/<id>`: what waits to be sent, and the open entry beside it (over it in a narrow window). */
export default function OutboxPage({ route }: { route: RouteOf<'outbox'> }) {
  const say = useMessages(outboxMessages)
  const wide = useBeside()
  const entries = useOutbox()
  const error = outboxStore.use((state) => state.error)
  const unsent = useUnsent()
  const { id } = route
  const actions = useOutboxActions(id)
  const covered = id !== undefined && !wide
  useFollowedJobs(entries)
  const entry = id === undefined ? undefined : entries?.get(id)
  const order =
    groupsOf(entries?.values() ?? []).find((group) => group.entries.some((each) => each.id === id))?.entries ?? []
  const detail =
    id === undefined || entries === undefined ? null : (
      <>
        {covered ? <Notes atTop>{actions.notes}</Notes> : null}
        {entry === undefined ? (
          <Gone />
        ) : (
          <EntryDetail key={id} entry={entry} order={order} actions={actions} beside={wide} />
        )}
      </>
    )
  return (
    <>
      <SplitView open={id !== undefined} detail={detail}>
        <PageHeader
          title={say('title')}
          note={
            entries === undefined || entries.size === 0
              ? undefined
              : unsent.count === 0
                ? say('note.none')
                : say('note.waits', { count: unsent.count })
          }
        />
        <Notes>
          {error === undefined ? null : <AppError error={error} />}
          <Damage />
          {covered ? null : actions.notes}
        </Notes>
        {entries === undefined ? (
          error === undefined ? (
            <Skeleton lines={10} />
          ) : null
        ) : (
          <OutboxList entries={entries} openedId={id} narrow={id !== undefined && wide} actions={actions} />
        )}
      </SplitView>
      {actions.dialog}
    </>
  )
}

/** The entry of the address is not there any more. */
function Gone() {
  const say = useMessages(outboxMessages)
  return (
    <div className={styles.gone}>
      <ActionIcon
        component="a"
        href={hrefOf({ page: 'outbox' })}
        aria-label={say('detail.back')}
        title={say('detail.back')}
      >
        <ArrowLeft size={16} aria-hidden />
      </ActionIcon>
      <ErrorNote tone="busy" title={say('detail.gone')} text={say('detail.goneText')} />
    </div>
  )
}

/** That the file of the outbox was damaged, until it was read. */
function Damage() {
  const say = useMessages(outboxMessages)
  const format = useFormat()
  const damaged = outboxStore.use((state) => state.status?.damaged)
  const seen = outboxStore.use((state) => state.seenDamage)
  if (damaged === undefined) return null
  const { at, file, recovered } = damaged
  return (
    <ErrorNote
      tone="bad"
      title={say('damaged.title', { time: format.time(at) })}
      text={say('damaged.text', { count: recovered, file })}
    >
      <Button variant="default" onClick={() => void seen()}>
        {say('damaged.seen')}
      </Button>
    </ErrorNote>
  )
}
