import { NumberInput, SegmentedControl, Switch } from '@mantine/core'
import { useId } from 'react'
import type { LimitHours, Settings } from '../../../../contract/settings.ts'
import { useMessages } from '../../ui/text.ts'
import { Line } from '../settings/line.tsx'
import { settingsStore, useSettings } from '../settings/store.ts'
import { LimitField } from './limit-field.tsx'
import { limitMessages } from './limit-messages.ts'
import { megabyte, readLimit } from './limit.ts'
import styles from './limit.module.css'

/** At night the line is free. */
const usualHours: LimitHours = { from: '20:00', to: '07:00', limit: 0 }

/** The limit for all uploads, with a switch, a slider and the figure. */
export function UploadLimit({ labelledBy }: { labelledBy?: string }) {
  const say = useMessages(limitMessages)
  const { uploadLimit } = useSettings()
  const update = settingsStore.use((state) => state.update)
  return (
    <LimitField
      limit={uploadLimit}
      onChange={(limit) => update({ uploadLimit: limit })}
      names={{ on: say('on'), slider: say('slider'), field: say('field') }}
      {...(labelledBy === undefined ? {} : { labelledBy })}
    />
  )
}

function Hours() {
  const say = useMessages(limitMessages)
  const { uploadHours } = useSettings()
  const update = settingsStore.use((state) => state.update)
  const label = useId()
  const hours = uploadHours ?? usualHours
  const change = (part: Partial<LimitHours>) => update({ uploadHours: { ...hours, ...part } })
  const clock = (name: 'from' | 'to') => (
    <input
      type="time"
      className={styles.clock}
      aria-label={say(name)}
      value={hours[name]}
      required
      onChange={(event) => {
        // Emptied while it is typed: no time yet.
        if (event.currentTarget.value !== '') change({ [name]: event.currentTarget.value })
      }}
    />
  )
  const on = uploadHours !== undefined && uploadHours !== null
  return (
    <>
      <Line id={label} label={say('hours')} hint={say('hoursHint')}>
        <Switch
          aria-labelledby={label}
          checked={on}
          onChange={(event) => update({ uploadHours: event.currentTarget.checked ? usualHours : null })}
        />
      </Line>
      {on ? (
        <div className={styles.hours} role="group" aria-labelledby={label}>
          {clock('from')}
          <span className={styles.dim}>{say('to')}</span>
          {clock('to')}
          <NumberInput
            aria-label={say('hoursField')}
            title={say('hoursNoneHint')}
            className={styles.number}
            placeholder={say('hoursNone')}
            min={0.1}
            max={100_000}
            decimalScale={1}
            suffix=" MB/s"
            value={hours.limit === 0 ? '' : hours.limit / megabyte}
            onChange={(value) => {
              const limit = value === '' ? 0 : readLimit(value)
              if (limit !== undefined && limit !== hours.limit) change({ limit })
            }}
          />
          <span className={styles.dim}>{say('hoursNoneHint')}</span>
        </div>
      ) : null}
    </>
  )
}

const orders: readonly Settings['uploadOrder'][] = ['added', 'smallest', 'even']

/** When and in which order uploads go, and how they are checked; all of it in force at once. */
export function TransferOptions() {
  const say = useMessages(limitMessages)
  const { uploadOrder, uploadReadBack } = useSettings()
  const update = settingsStore.use((state) => state.update)
  const order = useId()
  const readBack = useId()
  return (
    <>
      <Hours />
      <Line id={order} label={say('order')} hint={say(`orderHint.${uploadOrder}`)}>
        <SegmentedControl
          aria-labelledby={order}
          value={uploadOrder}
          onChange={(value) => update({ uploadOrder: value })}
          data={orders.map((value) => ({ value, label: say(`order.${value}`) }))}
        />
      </Line>
      <Line id={readBack} label={say('readBack')} hint={say('readBackHint')}>
        <Switch
          aria-labelledby={readBack}
          checked={uploadReadBack}
          onChange={(event) => update({ uploadReadBack: event.currentTarget.checked })}
        />
      </Line>
    </>
  )
}

/** All of a settings page's words on transfers. */
export function TransferSettings() {
  const say = useMessages(limitMessages)
  const { downloadLimit } = useSettings()
  const update = settingsStore.use((state) => state.update)
  const upload = useId()
  const download = useId()
  return (
    <>
      <Line id={upload} label={say('on')} hint={say('hint')}>
        <UploadLimit labelledBy={upload} />
      </Line>
      <TransferOptions />
      <Line id={download} label={say('downloadOn')} hint={say('downloadHint')}>
        <LimitField
          limit={downloadLimit}
          onChange={(limit) => update({ downloadLimit: limit })}
          names={{ on: say('downloadOn'), slider: say('downloadSlider'), field: say('downloadField') }}
          labelledBy={download}
        />
      </Line>
    </>
  )
}
