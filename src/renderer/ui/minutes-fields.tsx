import { NumberInput } from '@mantine/core'
import { wholeNumber } from './whole-number.ts'
import styles from './minutes-fields.module.css'

/** A time of whole minutes, asked for in hours and minutes; `hours` and `minutes` are what the fields are called. */
export function MinutesFields(props: {
  hours: string
  minutes: string
  value: number
  onChange: (value: number) => void
}) {
  const { value, onChange } = props
  const minutes = value % 60
  return (
    <div className={styles.pair}>
      <NumberInput
        label={props.hours}
        data-autofocus
        min={0}
        max={8760}
        allowDecimal={false}
        value={Math.floor(value / 60)}
        onChange={(hours) => onChange(wholeNumber(hours) * 60 + minutes)}
      />
      <NumberInput
        label={props.minutes}
        min={0}
        max={59}
        allowDecimal={false}
        value={minutes}
        onChange={(given) => onChange(value - minutes + Math.min(59, wholeNumber(given)))}
      />
    </div>
  )
}
