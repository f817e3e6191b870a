import { Button } from '@mantine/core'
import { Pause, Play, Trash2, Upload as UploadIcon } from 'lucide-react'
import { useCallback, useState } from 'react'
import { AppError } from '../../app/app-error.tsx'
import { hrefOf, type RouteOf } from '../../app/router.ts'
import { useServices } from '../../app/services.tsx'
import { useSite } from '../../app/site-context.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { useFormat } from '../../ui/format.ts'
import { Notes } from '../../ui/notes.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { SplitView, useBeside } from '../../ui/split-view.tsx'
import { useMessages } from '../../ui/text.ts'
import { dropStore } from './drop-store.ts'
import { DropOutcome } from './drop-outcome.tsx'
import { formsOf } from './ledger.ts'
import { Announcements } from './announcements.tsx'
import { uploadsMessages } from './messages.ts'
import { usePickAgain } from './pick-again.tsx'
import { PickButtons } from './pick-buttons.tsx'
import { noUploads, plus, progressIn, type Tally } from './progress.ts'
import { uploadsStore, useWatchedUploads } from './store.ts'
import { TrafficStrip } from './traffic.tsx'
import { UploadDetail } from './upload-detail.tsx'
import { UploadTable } from './upload-table.tsx'
import { UseInJob } from './use-in-job.tsx'
import styles from './uploads.module.css'

/** What all uploads of a site come to. */
function useSiteTally(site: string): Tally | undefined {
  const forms = uploadsStore.use((state) => (state.uploads === undefined ? undefined : state.forms))
  return forms === undefined ? undefined : formsOf(forms, site).reduce((sum, { tally }) => plus(sum, tally), noUploads)
}

/** `#/uploads` and `#/uploads/<id>`: all uploads of the site, and one of them beside the list (over it in a narrow window). */
export default function UploadsPage({ route }: { route: RouteOf<'uploads'> }) {
  const services = useServices()
  const site = useSite()
  const say = useMessages(uploadsMessages)
  const wide = useBeside()
  useWatchedUploads()
  const again = usePickAgain()
  const refused = uploadsStore.use((state) => state.refused)
  const [use, setUse] = useState<readonly string[]>()
  const onUse = useCallback((ids: readonly string[]) => setUse(ids), [])
  const known = uploadsStore.use((state) => state.uploads !== undefined)
  const any = uploadsStore.use(({ forms }) => [...forms.values()].some((form) => form.site === site.id))
  const { id } = route
  const { send, fail } = dropStore.of(services).getState()
  const pick = (
    <PickButtons
      files={say('addFiles')}
      folder={say('addFolder')}
      onPicks={(picks) => void send(site.id, picks)}
      onError={fail}
    />
  )
  const empty = (
    <EmptyState icon={UploadIcon} title={say('empty.title')} text={say('empty.text', { site: site.name })}>
      <Button component="a" href={hrefOf({ page: 'templates' })}>
        {say('empty.start')}
      </Button>
    </EmptyState>
  )
  const detail =
    id === undefined || !known ? null : <UploadDetail key={id} id={id} beside={wide} onPickAgain={again.ask} />
  return (
    <>
      <SplitView open={id !== undefined} wider="list" detail={detail}>
        <Head site={site.id} any={any}>
          {pick}
        </Head>
        <Notes>
          {refused === undefined ? null : <AppError error={refused} site={site.id} />}
          <DropOutcome site={site} />
          {again.element}
        </Notes>
        {any ? <TrafficStrip site={site.id} /> : null}
        {known ? (
          <UploadTable
            site={site.id}
            openedId={id}
            narrow={id !== undefined && wide}
            empty={empty}
            onPickAgain={again.ask}
            onUse={onUse}
          />
        ) : (
          <Skeleton lines={10} />
        )}
      </SplitView>
      <Announcements site={site.id} />
      {use === undefined ? null : <UseInJob site={site.id} ids={use} onClose={() => setUse(undefined)} />}
    </>
  )
}

/** Title, overall progress, and what can be done with all. Follows the sums alone. */
function Head({ site, any, children }: { site: string; any: boolean; children: React.ReactNode }) {
  const services = useServices()
  const say = useMessages(uploadsMessages)
  const format = useFormat()
  const tally = useSiteTally(site) ?? noUploads
  const { pause, resume, remove } = uploadsStore.of(services).getState()
  const progress = progressIn(tally)
  const moving = tally.underWay > 0
  const amounts = {
    done: format.bytes(progress.sent),
    total: format.bytes(progress.bytes),
    speed: format.speed(progress.bytesPerSecond),
  }
  const note = !moving
    ? say('note.idle')
    : tally.paused === tally.underWay
      ? say('note.paused', amounts)
      : progress.bytesPerSecond === 0
        ? say('note.still', amounts)
        : progress.secondsLeft === undefined
          ? say('note.active', amounts)
          : say('note.left', { ...amounts, left: format.timeLeft(progress.secondsLeft) })
  /** Ids are gathered when they are asked for: there may be thousands. */
  const all = (keep: (id: string) => boolean) =>
    formsOf(uploadsStore.of(services).getState().forms, site)
      .flatMap(({ classes }) => classes.flatMap(({ ids }) => ids))
      .filter(keep)
  const stateOf = (id: string) => uploadsStore.of(services).getState().uploads?.get(id)?.state
  const is =
    (...states: readonly (string | undefined)[]) =>
    (id: string) =>
      states.includes(stateOf(id))
  return (
    <>
      <PageHeader title={say('title')} note={any ? note : undefined}>
        {tally.pausable > 0 ? (
          <Button
            variant="default"
            leftSection={<Pause size={13} aria-hidden />}
            onClick={() => void pause(all(is('queued', 'uploading', 'waiting')))}
          >
            {say('pauseAll')}
          </Button>
        ) : null}
        {tally.paused > 0 ? (
          <Button
            variant="default"
            leftSection={<Play size={13} aria-hidden />}
            onClick={() => void resume(all(is('paused')))}
          >
            {say('resumeAll')}
          </Button>
        ) : null}
        {any && tally.listed > tally.underWay ? (
          <Button
            variant="subtle"
            color="gray"
            leftSection={<Trash2 size={13} aria-hidden />}
            onClick={() => void remove(all(is('uploaded', 'cancelled')))}
          >
            {say('clear')}
          </Button>
        ) : null}
        {children}
      </PageHeader>
      {moving ? (
        <div className={styles.overall}>
          <ProgressBar
            value={progress.bytes === 0 ? 0 : progress.sent / progress.bytes}
            label={say('title')}
            text={note}
          />
        </div>
      ) : null}
    </>
  )
}
