import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useId } from 'react'
import { useFormat } from '../../ui/format.ts'
import { useMessages } from '../../ui/text.ts'
import { useClock } from '../../ui/use-now.ts'
import { outboxMessages } from './messages.ts'
import { outboxStore, useOutbox } from './store.ts'
import { localTime, nextEvening, type RawWhen, type WhenField } from './when.ts'
import styles from './outbox.module.css'

/** When an entry may go out: a time, a network, an early start; each left empty does not matter. */
export function WhenFields(props: {
  raw: RawWhen
  problems: ReadonlySet<WhenField>
  /** Its start can be foretold. */
  isJob: boolean
  onChange: (raw: RawWhen) => void
}) {
  const { raw, problems, isJob, onChange } = props
  const say = useMessages(outboxMessages)
  const format = useFormat()
  const id = useId()
  // The networks come with the entries.
  useOutbox()
  const networks = outboxStore.use((state) => state.status?.networks) ?? []
  const evening = nextEvening(new Date(useClock(true)))
  // One that was chosen elsewhere stays to be chosen.
  const unknown = raw.network !== '' && networks.every((network) => network.id !== raw.network)
  return (
    <div className={styles.when}>
      <label htmlFor={`${id}-time`}>{say('when.notBefore')}</label>
      <div className={styles.whenTime}>
        <TextInput
          id={`${id}-time`}
          type="datetime-local"
          value={raw.notBefore}
          error={problems.has('notBefore') ? say('when.past') : undefined}
          onChange={(event) => onChange({ ...raw, notBefore: event.currentTarget.value })}
        />
        <Button variant="default" onClick={() => onChange({ ...raw, notBefore: localTime(evening) })}>
          {say('when.evening', { time: format.time(evening.toISOString()) })}
        </Button>
      </div>
      <label htmlFor={`${id}-network`}>{say('when.network')}</label>
      <NativeSelect
        size="xs"
        id={`${id}-network`}
        value={raw.network}
        data={[
          { value: '', label: say('when.anyNetwork') },
          ...networks.map((network) => ({ value: network.id, label: say('when.networkOf', network) })),
          ...(unknown ? [raw.network] : []),
        ]}
        onChange={(event) => onChange({ ...raw, network: event.currentTarget.value })}
      />
      {isJob ? (
        <>
          <label htmlFor={`${id}-start`}>{say('when.startWithin')}</label>
          <TextInput
            id={`${id}-start`}
            inputMode="numeric"
            className={styles.minutes}
            value={raw.startWithin}
            rightSection={<span className={styles.unit}>{say('when.minutes')}</span>}
            rightSectionWidth={36}
            error={problems.has('startWithin') ? say('when.badMinutes') : undefined}
            onChange={(event) => onChange({ ...raw, startWithin: event.currentTarget.value })}
          />
        </>
      ) : null}
    </div>
  )
}
