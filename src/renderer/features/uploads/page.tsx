import { Button } from '@mantine/core'
import { Pause, Play, Trash2, Upload as UploadIcon } from 'lucide-react'
import { useMemo } from 'react'
import type { Upload } from '../../../../contract/uploads.ts'
import { hrefOf } from '../../app/router.ts'
import { useServices } from '../../app/services.tsx'
import { useSite } from '../../app/site-context.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { useFormat } from '../../ui/format.ts'
import { PageHeader } from '../../ui/page-header.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useMessages } from '../../ui/text.ts'
import { groupByForm, type FormGroup } from './groups.ts'
import { uploadsMessages } from './messages.ts'
import { usePickAgain } from './pick-again.tsx'
import { canPause, isUnderWay, progressOf } from './progress.ts'
import { uploadsStore, useUploads } from './store.ts'
import { UploadList } from './upload-list.tsx'
import styles from './uploads.module.css'

const idsOf = (uploads: readonly Upload[]): string[] => uploads.map(({ id }) => id)

/** The files of one form, with what they come to. */
function Form({ group, onPickAgain }: { group: FormGroup; onPickAgain: (upload: Upload) => void }) {
  const services = useServices()
  const say = useMessages(uploadsMessages)
  const format = useFormat()
  const progress = progressOf(group.uploads)
  const done = progress.uploaded === progress.count
  const underWay = group.uploads.some(isUnderWay)
  const { remove } = uploadsStore.of(services).getState()
  const words = [
    say('form.files', { count: progress.count, size: format.bytes(progress.bytes) }),
    done ? say('form.uploaded') : say('form.uploadedOf', { done: progress.uploaded, total: progress.count }),
    ...(progress.failed > 0 ? [say('form.failed', { count: progress.failed })] : []),
    ...(progress.bytesPerSecond > 0 ? [format.speed(progress.bytesPerSecond)] : []),
    ...(progress.secondsLeft === undefined ? [] : [format.timeLeft(progress.secondsLeft)]),
  ]
  return (
    <section aria-label={group.label}>
      <div className={styles.formHead}>
        <h2 className={`${styles.formName ?? ''} mono`}>{group.label}</h2>
        <span className={styles.formWords}>{words.join(' · ')}</span>
        {underWay ? (
          <div className={styles.formBar}>
            <ProgressBar
              value={progress.bytes === 0 ? 0 : progress.sent / progress.bytes}
              label={say('form.progress', { label: group.label })}
            />
          </div>
        ) : (
          <Button
            variant="subtle"
            color="gray"
            leftSection={<Trash2 size={13} aria-hidden />}
            aria-label={say('form.clear', { label: group.label })}
            onClick={() => void remove(group.uploads.map(({ id }) => id))}
          >
            {say('clear')}
          </Button>
        )}
      </div>
      <UploadList label={say('list', { label: group.label })} uploads={group.uploads} onPickAgain={onPickAgain} />
    </section>
  )
}

/** All uploads of the site, form by form. */
export default function UploadsPage() {
  const services = useServices()
  const site = useSite()
  const say = useMessages(uploadsMessages)
  const format = useFormat()
  const all = useUploads()
  const again = usePickAgain()
  const uploads = useMemo(() => [...(all?.values() ?? [])].filter((upload) => upload.site === site.id), [all, site.id])
  const groups = useMemo(() => groupByForm(uploads), [uploads])
  const moving = useMemo(() => uploads.filter(isUnderWay), [uploads])
  const progress = progressOf(moving)
  const { pause, resume } = uploadsStore.of(services).getState()
  const pausable = moving.filter(canPause)
  const paused = moving.filter(({ state }) => state === 'paused')

  const amounts = {
    done: format.bytes(progress.sent),
    total: format.bytes(progress.bytes),
    speed: format.speed(progress.bytesPerSecond),
  }
  const note =
    moving.length === 0
      ? say('note.idle')
      : progress.secondsLeft === undefined
        ? say('note.active', amounts)
        : say('note.left', { ...amounts, left: format.timeLeft(progress.secondsLeft) })

  return (
    <>
      <PageHeader title={say('title')} note={groups.length === 0 ? undefined : note}>
        {pausable.length > 0 ? (
          <Button
            variant="default"
            leftSection={<Pause size={13} aria-hidden />}
            onClick={() => void pause(idsOf(pausable))}
          >
            {say('pauseAll')}
          </Button>
        ) : null}
        {paused.length > 0 ? (
          <Button
            variant="default"
            leftSection={<Play size={13} aria-hidden />}
            onClick={() => void resume(idsOf(paused))}
          >
            {say('resumeAll')}
          </Button>
        ) : null}
      </PageHeader>
      {all === undefined ? (
        <Skeleton />
      ) : groups.length === 0 ? (
        <EmptyState icon={UploadIcon} title={say('empty.title')} text={say('empty.text')}>
          <Button component="a" href={hrefOf({ page: 'templates' })}>
            {say('empty.start')}
          </Button>
        </EmptyState>
      ) : (
        <div className={styles.page}>
          {again.element}
          {groups.map((group) => (
            <Form key={group.label} group={group} onPickAgain={again.ask} />
          ))}
        </div>
      )}
    </>
  )
}
