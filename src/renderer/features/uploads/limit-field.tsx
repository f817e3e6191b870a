import { NumberInput, Switch } from '@mantine/core'
import { useState, type CSSProperties } from 'react'
import { useFormat } from '../../ui/format.ts'
import { useMessages } from '../../ui/text.ts'
import { limitAt, megabyte, positionOf, readLimit, unlimitedAt } from './limit.ts'
import { limitMessages } from './limit-messages.ts'
import styles from './limit.module.css'

/** What is in the field before anybody has chosen a limit. */
const usual = 10 * megabyte

/** Where the thumb stands, for the part of the track behind it. */
const at = (position: number): CSSProperties & Record<'--at', number> => ({ '--at': position / unlimitedAt })

/**
 * A limit in bytes per second, 0: none. A switch that keeps the last figure, so that lifting the limit for one upload is two
 * clicks; a slider that goes by powers of ten; the figure itself.
 */
export function LimitField(props: {
  limit: number
  onChange: (limit: number) => void
  /** What the switch, the slider and the field are called. */
  names: { on: string; slider: string; field: string }
  labelledBy?: string
}) {
  const { limit, onChange, names, labelledBy } = props
  const say = useMessages(limitMessages)
  const format = useFormat()
  const [kept, setKept] = useState(usual)
  const last = limit > 0 ? limit : kept
  const change = (next: number) => {
    if (next > 0) setKept(next)
    else if (limit > 0) setKept(limit)
    onChange(next)
  }
  return (
    <div className={styles.field}>
      <Switch
        {...(labelledBy === undefined ? { 'aria-label': names.on } : { 'aria-labelledby': labelledBy })}
        checked={limit > 0}
        onChange={(event) => change(event.currentTarget.checked ? last : 0)}
      />
      <input
        type="range"
        className={styles.slider}
        aria-label={names.slider}
        aria-valuetext={limit > 0 ? format.speed(limit) : say('none')}
        title={limit > 0 ? format.speed(limit) : say('none')}
        min={0}
        max={unlimitedAt}
        step={1}
        data-off={limit === 0 || undefined}
        style={at(positionOf(limit))}
        value={positionOf(limit)}
        onChange={(event) => change(limitAt(Number(event.currentTarget.value)))}
      />
      <NumberInput
        aria-label={names.field}
        className={styles.number}
        min={0.1}
        max={100_000}
        step={1}
        decimalScale={1}
        suffix=" MB/s"
        disabled={limit === 0}
        value={last / megabyte}
        onChange={(value) => {
          const next = readLimit(value)
          if (next !== undefined && limit > 0 && next !== limit) change(next)
        }}
      />
    </div>
  )
}
