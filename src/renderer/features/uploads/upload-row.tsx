import { ActionIcon, Button } from '@mantine/core'
import { Pause, Play, RotateCw, X } from 'lucide-react'
import { memo, type ReactNode } from 'react'
import type { Upload } from '../../../../contract/uploads.ts'
import { useExplain } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'
import { useFormat } from '../../ui/format.ts'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { states } from '../../ui/states.ts'
import { useMessages } from '../../ui/text.ts'
import { uploadsMessages } from './messages.ts'
import { canPause, canResume, fractionOf, isUnderWay, needsFile, secondsLeft } from './progress.ts'
import { uploadsStore } from './store.ts'
import styles from './uploads.module.css'

/** What a state means right now: how fast, for how long, or what it waits for. `extra` is left away where it is narrow. */
function useDetail(upload: Upload): { text: string; extra?: string } | undefined {
  const say = useMessages(uploadsMessages)
  const format = useFormat()
  if (upload.state === 'uploading') {
    if (upload.bytesPerSecond <= 0) return undefined
    const speed = format.speed(upload.bytesPerSecond)
    const left = secondsLeft(upload.sent, upload.size, upload.bytesPerSecond)
    return left === undefined ? { text: speed } : { text: format.timeLeft(left), extra: speed }
  }
  if (upload.state === 'waiting' && upload.wait !== undefined) return { text: say(`wait.${upload.wait}`) }
  if (upload.state === 'paused') return { text: say('percent', { percent: Math.floor(fractionOf(upload) * 100) }) }
  return undefined
}

function State({ upload, onPickAgain }: { upload: Upload; onPickAgain: (upload: Upload) => void }) {
  const say = useMessages(uploadsMessages)
  const explain = useExplain()
  const detail = useDetail(upload)
  const words = detail === undefined ? undefined : [detail.extra, detail.text].filter(Boolean).join(' · ')
  const title = upload.error === undefined ? words : explain(upload.error).title
  return (
    <div className={styles.state} title={title}>
      <div className={styles.words}>
        <StateBadge state={upload.state} plain />
        {needsFile(upload) ? (
          <span className={styles.detail}>
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`${say('pickAgain')} ${upload.name}`}
              onClick={() => onPickAgain(upload)}
            >
              {say('pickAgain')}
            </Button>
          </span>
        ) : detail === undefined ? null : (
          <span className={styles.detail}>
            {detail.extra === undefined ? null : <span className={styles.extra}>{detail.extra} · </span>}
            {detail.text}
          </span>
        )}
      </div>
      {isUnderWay(upload) ? (
        <ProgressBar
          value={fractionOf(upload)}
          label={say('progress', { name: upload.name })}
          tone={states[upload.state].tone}
          {...(words === undefined ? {} : { text: words })}
        />
      ) : null}
    </div>
  )
}

function Actions({ upload }: { upload: Upload }) {
  const services = useServices()
  const say = useMessages(uploadsMessages)
  const { pause, resume, remove } = uploadsStore.of(services).getState()
  const { name } = upload
  const ids = [upload.id]
  const underWay = isUnderWay(upload)
  const Resume = upload.state === 'failed' ? RotateCw : Play
  const resumeLabel = say(upload.state === 'failed' ? 'retry' : 'resume', { name })
  const removeLabel = say(underWay ? 'cancel' : 'remove', { name })
  return (
    <div className={styles.actions}>
      {needsFile(upload) ? null : canResume(upload) ? (
        <ActionIcon size={24} aria-label={resumeLabel} title={resumeLabel} onClick={() => void resume(ids)}>
          <Resume size={14} aria-hidden />
        </ActionIcon>
      ) : canPause(upload) ? (
        <ActionIcon
          size={24}
          aria-label={say('pause', { name })}
          title={say('pause', { name })}
          onClick={() => void pause(ids)}
        >
          <Pause size={14} aria-hidden />
        </ActionIcon>
      ) : null}
      <ActionIcon size={24} aria-label={removeLabel} title={removeLabel} onClick={() => void remove(ids)}>
        <X size={14} aria-hidden />
      </ActionIcon>
    </div>
  )
}

interface UploadRowProps {
  upload: Upload
  /** Stands between the name and the state: what the file is for. */
  purpose?: ReactNode
  onPickAgain: (upload: Upload) => void
}

/** One file: name, purpose, state with progress, size, and what can be done with it. */
export const UploadRow = memo(function UploadRow({ upload, purpose, onPickAgain }: UploadRowProps) {
  const format = useFormat()
  const place = upload.folder === '' ? '' : `${upload.folder}/`
  return (
    <div className={styles.row} data-upload={upload.name} data-state={upload.state}>
      <div className={styles.name} title={place + upload.name}>
        {place === '' ? null : <span className={styles.folder}>{place}</span>}
        {upload.name}
      </div>
      <div className={styles.purpose}>{purpose}</div>
      <State upload={upload} onPickAgain={onPickAgain} />
      <div className={styles.size}>{format.bytes(upload.size)}</div>
      <Actions upload={upload} />
    </div>
  )
})
