import { Select, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { useMessages } from '../../ui/text.ts'
import { newJobMessages } from './messages.ts'
import type { NamedChoice } from './partition-choices.ts'
import styles from './form.module.css'

/** A name of the scheduler's: chosen where the site has told what there is, typed where it has not. */
export function NameField(props: {
  id: string
  value: string
  choices: readonly NamedChoice[]
  /** What stands in the empty field. */
  placeholder: string
  invalid: boolean
  describedBy: string
  onChange: (value: string) => void
}) {
  const { id, value, choices, placeholder, invalid, describedBy, onChange } = props
  const say = useMessages(newJobMessages)
  if (choices.length === 0)
    return (
      <TextInput
        id={id}
        value={value}
        error={invalid}
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        aria-describedby={describedBy}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    )
  const known = choices.some((choice) => choice.value === value)
  // A name that a template or an older job brings is kept, whether or not the site still has it.
  const all = value === '' || known ? choices : [...choices, { value, note: say('choice.unknown') }]
  const byName = new Map(all.map((choice) => [choice.value, choice]))
  return (
    <Select
      id={id}
      data={all.map((choice) => choice.value)}
      value={value === '' ? null : value}
      error={invalid}
      placeholder={placeholder}
      searchable={all.length > 8}
      clearable
      clearButtonProps={{ 'aria-label': say('choice.clear') }}
      nothingFoundMessage={say('choice.nothing')}
      comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
      aria-describedby={describedBy}
      renderOption={({ option }) => <Option {...(byName.get(option.value) ?? { value: option.value })} />}
      onChange={(next) => onChange(next ?? '')}
    />
  )
}

function Option({ value, note, more }: NamedChoice): ReactNode {
  return (
    <span className={styles.option}>
      <span>
        {value} {note === undefined ? null : <span className={styles.faint}>{note}</span>}
      </span>
      {more === undefined ? null : <span className={styles.optionMore}>{more}</span>}
    </span>
  )
}
