import type { Tone } from './states.ts'
import styles from './progress-bar.module.css'

/** How much of something is done. `value` is a fraction; absent: under way, with nothing to count. */
export function ProgressBar(props: {
  value: number | undefined
  label: string
  tone?: Tone | 'accent'
  text?: string
}) {
  const { value, label, tone = 'accent', text } = props
  const percent = value === undefined ? undefined : Math.round(Math.min(1, Math.max(0, value)) * 1000) / 10
  return (
    <div
      className={styles.bar}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={text}
      data-tone={tone}
      data-open={percent === undefined || undefined}
    >
      <div className={styles.fill} style={{ width: `${percent ?? 30}%` }} />
    </div>
  )
}
