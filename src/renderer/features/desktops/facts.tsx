import type { Desktop } from '../../../../contract/desktops.ts'
import { formatLimit, useFormat } from '../../ui/format.ts'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { useLanguage, useMessages } from '../../ui/text.ts'
import { useNow } from '../../ui/use-now.ts'
import { desktopsMessages } from './messages.ts'
import { coresOf, endsAt, hasEnded, idleEndSeconds, idleSeconds, timeLeft } from './model.ts'
import styles from './desktops.module.css'

const MIB = 1_048_576
/** Nobody needs the second of an idle hour. */
const coarse = (seconds: number): number => (seconds >= 60 ? Math.floor(seconds / 60) * 60 : seconds)

/** Cores, memory and GPUs in one line, as far as they are known: `4 cores · 16 GB memory · 1 GPU`. */
export function useResourceWords(): (resources: Desktop['resources']) => string {
  const say = useMessages(desktopsMessages)
  const language = useLanguage()
  return (resources) =>
    [
      say('cores', { count: coresOf(resources) }),
      ...(resources.memoryMb === undefined
        ? []
        : [say('memory', { size: formatLimit(resources.memoryMb * MIB, language) })]),
      ...(resources.gpus === undefined ? [] : [say('gpus', { count: resources.gpus })]),
    ].join(' · ')
}

/** What is left of the time limit, with its bar. */
export function TimeLeftBar({ desktop }: { desktop: Desktop }) {
  const say = useMessages(desktopsMessages)
  const format = useFormat()
  const now = useNow(desktop.startedAt !== undefined && !hasEnded(desktop))
  const left = timeLeft(desktop, now)
  const end = endsAt(desktop)
  if (left === undefined || end === undefined)
    return <span className={styles.dim}>{say('limitOf', { time: format.duration(desktop.timeMinutes * 60) })}</span>
  const words = left.seconds === 0 ? say('overtime') : format.timeLeft(left.seconds)
  return (
    <span className={styles.time} title={say('endsAt', { time: format.time(new Date(end).toISOString()) })}>
      <span data-tone={left.tone} className={styles.toned}>
        {words}
      </span>
      <ProgressBar value={left.used} label={say('timeBar')} tone={left.tone} text={words} />
    </span>
  )
}

/** Since when nobody uses it, and whether that ends it. */
export function IdleWords({ desktop }: { desktop: Desktop }) {
  const say = useMessages(desktopsMessages)
  const format = useFormat()
  const ticking = desktop.state === 'idle' || desktop.state === 'ready'
  const now = useNow(ticking)
  const idle = idleSeconds(desktop, now)
  const end = idleEndSeconds(desktop, now)
  const words = [
    ...(idle === undefined || idle < 60 ? [] : [say('idleFor', { time: format.duration(coarse(idle)) })]),
    ...(desktop.state === 'ready' && desktop.lastUsedAt === undefined ? [say('neverUsed')] : []),
  ]
  if (words.length === 0 && end === undefined) return null
  return (
    <span>
      {words.join(' · ')}
      {end === undefined || end > 3600 ? null : (
        <span className={styles.toned} data-tone="wait">
          {words.length === 0 ? '' : ' · '}
          {say('idleEnd', { time: format.duration(coarse(end)) })}
        </span>
      )}
    </span>
  )
}
