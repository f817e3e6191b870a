import type { Upload } from '../../../../contract/uploads.ts'
import { useFormat } from '../../ui/format.ts'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { useMessages } from '../../ui/text.ts'
import { progressOf } from '../uploads/progress.ts'
import { newJobMessages } from './messages.ts'
import styles from './summary.module.css'

/** How far the files of this form are; keeps its place while nothing moves. */
export function UploadProgress({ uploads }: { uploads: readonly Upload[] }) {
  const say = useMessages(newJobMessages)
  const format = useFormat()
  const { sent, bytes, bytesPerSecond, secondsLeft } = progressOf(uploads)
  if (sent >= bytes) return <div className={styles.progress} />
  return (
    <div className={styles.progress}>
      <ProgressBar value={sent / bytes} label={say('summary.upload')} />
      <div className={styles.rates}>
        <span>{bytesPerSecond > 0 ? format.speed(bytesPerSecond) : ''}</span>
        <span>{secondsLeft === undefined ? '' : format.timeLeft(secondsLeft)}</span>
      </div>
    </div>
  )
}
