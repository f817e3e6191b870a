import { Button } from '@mantine/core'
import { Pause, Play, RotateCw, TriangleAlert, X } from 'lucide-react'
import type { Upload } from '../../../../contract/uploads.ts'
import { useExplain } from '../../app/errors.ts'
import { findingText } from '../../app/findings.ts'
import { useServices } from '../../app/services.tsx'
import { useFormat } from '../../ui/format.ts'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { states } from '../../ui/states.ts'
import { useLanguage, useMessages } from '../../ui/text.ts'
import { fateOf } from './fate.ts'
import { uploadsMessages } from './messages.ts'
import {
  canPause,
  canResume,
  fractionOf,
  hasChanged,
  isUnderWay,
  needsFile,
  secondsLeft,
  wasThere,
} from './progress.ts'
import { RowButton } from './row-button.tsx'
import { uploadsStore } from './store.ts'
import styles from './uploads.module.css'

/** What a state means right now: how fast, for how long, what it waits for, what became of the bytes. `extra` is left away where it is narrow. */
export function useDetail(upload: Upload): { text: string; extra?: string } | undefined {
  const say = useMessages(uploadsMessages)
  const format = useFormat()
  const fate = fateOf(upload)
  const { state, wait, sent, size, reused, crossed, bytesPerSecond } = upload
  if (fate === 'comparing') return { text: say('fate.comparing') }
  if (state === 'uploading' && bytesPerSecond > 0) {
    const speed = format.speed(bytesPerSecond)
    const left = secondsLeft(sent, size, bytesPerSecond)
    return left === undefined ? { text: speed } : { text: format.timeLeft(left), extra: speed }
  }
  if (state === 'waiting' && wait !== undefined) return { text: say(`wait.${wait}`) }
  if (fate === 'there') return { text: say('fate.there') }
  if (fate !== undefined)
    return {
      text: say(`fate.${fate}`, {
        crossed: format.bytes(crossed),
        size: format.bytes(size),
        reused: format.bytes(reused),
      }),
    }
  if (state === 'paused') return { text: say('percent', { percent: Math.floor(fractionOf(upload) * 100) }) }
  return undefined
}

export function UploadState({ upload }: { upload: Upload }) {
  const say = useMessages(uploadsMessages)
  const comparing = upload.state === 'uploading' && upload.comparing === true
  return <StateBadge state={upload.state} plain {...(comparing ? { word: say('state.comparing') } : {})} />
}

/** How far it is; nothing once it has ended. */
export function UploadBar({ upload, words }: { upload: Upload; words: string | undefined }) {
  const say = useMessages(uploadsMessages)
  if (!isUnderWay(upload)) return null
  return (
    <ProgressBar
      value={fractionOf(upload)}
      label={say('progress', { name: upload.name })}
      tone={states[upload.state].tone}
      {...(words === undefined ? {} : { text: words })}
    />
  )
}

/** That the security check had something to say, and what. */
function Warnings({ warnings }: { warnings: readonly string[] }) {
  const say = useMessages(uploadsMessages)
  const language = useLanguage()
  const words = warnings.map((warning) => findingText(warning, language)).join(' ')
  return (
    <span className={styles.warned} title={words} aria-label={words} role="img">
      <TriangleAlert size={13} aria-hidden />
      {say('warnings', { count: warnings.length })}
    </span>
  )
}

/**
 * The words beside a state with the button that helps: picking the file again, sending its new version, sending it though it
 * is there. `tabIndex` -1 where keys of the list do the same.
 */
export function UploadNote(props: { upload: Upload; tabIndex?: -1; onPickAgain: (upload: Upload) => void }) {
  const { upload, onPickAgain, tabIndex } = props
  const services = useServices()
  const say = useMessages(uploadsMessages)
  const explain = useExplain()
  const detail = useDetail(upload)
  const { resume, sendAgain } = uploadsStore.of(services).getState()
  const { name, state, error, warnings } = upload
  const button = (text: string, label: string, run: () => void) => (
    <Button size="compact-xs" variant="default" aria-label={label} title={label} tabIndex={tabIndex} onClick={run}>
      {text}
    </Button>
  )
  const help = needsFile(upload)
    ? button(say('pickAgain'), say('pickAgainOf', { name }), () => onPickAgain(upload))
    : hasChanged(upload)
      ? button(say('newVersion'), say('newVersionOf', { name }), () => void resume([upload.id]))
      : wasThere(upload)
        ? button(say('sendAgain'), say('sendAgainOf', { name }), () => void sendAgain([upload.id]))
        : null
  const text = state === 'failed' && error !== undefined ? explain(error).title : detail?.text
  return (
    <span className={styles.note}>
      {warnings === undefined ? null : <Warnings warnings={warnings} />}
      {text === undefined || (help !== null && needsFile(upload)) ? null : (
        <span className={styles.noteText} title={text}>
          {detail?.extra === undefined || state === 'failed' ? null : (
            <span className={styles.extra}>{detail.extra} · </span>
          )}
          {text}
        </span>
      )}
      {help}
    </span>
  )
}

/** Pause or go on, and take away. */
export function UploadActions({ upload, tabIndex }: { upload: Upload; tabIndex?: -1 }) {
  const services = useServices()
  const say = useMessages(uploadsMessages)
  const { pause, resume, remove } = uploadsStore.of(services).getState()
  const { name } = upload
  const ids = [upload.id]
  const Resume = upload.state === 'failed' ? RotateCw : Play
  const resumeLabel = say(upload.state === 'failed' ? 'retry' : 'resume', { name })
  const removeLabel = say(isUnderWay(upload) ? 'cancel' : 'remove', { name })
  const pauseLabel = say('pause', { name })
  const icon = (label: string, Icon: typeof X, run: () => void) => (
    <RowButton label={label} icon={Icon} tabIndex={tabIndex} onClick={run} />
  )
  return (
    <div className={styles.actions}>
      {needsFile(upload)
        ? null
        : canResume(upload)
          ? icon(resumeLabel, Resume, () => void resume(ids))
          : canPause(upload)
            ? icon(pauseLabel, Pause, () => void pause(ids))
            : null}
      {icon(removeLabel, X, () => void remove(ids))}
    </div>
  )
}
