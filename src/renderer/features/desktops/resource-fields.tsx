import { Button } from '@mantine/core'
import type { JobChoices } from '../../../../contract/preflight.ts'
import { formatLimit, useFormat } from '../../ui/format.ts'
import { useLanguage, useMessages } from '../../ui/text.ts'
import { newJobMessages } from '../new-job/messages.ts'
import { NameField } from '../new-job/name-field.tsx'
import { parseNumber } from '../new-job/parameters.ts'
import { defaultText, nameChoices, partitionChoices, partitionSize } from '../new-job/partition-choices.ts'
import { countLimits, type ChoiceField, type CountField as Count, type RawChoices } from './choices.ts'
import { CountField } from './count-field.tsx'
import { newDesktopMessages } from './new-messages.ts'
import { Row } from './row.tsx'
import styles from './new.module.css'

const MIB = 1_048_576
const steps: Readonly<Record<Count, number>> = { cores: 1, memoryMb: 1024, gpus: 1, timeMinutes: 30 }
/** Minutes that a working day is made of. */
const quickTimes = [60, 240, 480, 1440]

/** Where it runs, with what, for how long. */
export function ResourceFields(props: {
  id: string
  raw: RawChoices
  problems: ReadonlySet<ChoiceField>
  choices: JobChoices | undefined
  onChange: (change: Partial<RawChoices>) => void
}) {
  const { id, raw, problems, choices, onChange } = props
  const say = useMessages(newDesktopMessages)
  const sayJob = useMessages(newJobMessages)
  const language = useLanguage()
  const format = useFormat()
  const partition = choices?.partitions.find(({ name, isDefault }) =>
    raw.partition === '' ? isDefault : name === raw.partition,
  )
  const hintOf = (field: Count) => {
    const value = parseNumber(raw[field])
    if (value === undefined) return undefined
    if (field === 'memoryMb') return say('memoryHint', { size: formatLimit(value * MIB, language) })
    if (field !== 'timeMinutes') return undefined
    return (
      <span className={styles.times}>
        <span>{say('timeHint', { duration: format.duration(value * 60) })}</span>
        {quickTimes
          .filter((minutes) => minutes <= (partition?.maxMinutes ?? Infinity))
          .map((minutes) => (
            <Button
              key={minutes}
              variant="default"
              size="compact-xs"
              aria-label={say('timeQuick', { time: format.duration(minutes * 60) })}
              aria-pressed={value === minutes}
              onClick={() => onChange({ timeMinutes: String(minutes) })}
            >
              {format.duration(minutes * 60)}
            </Button>
          ))}
      </span>
    )
  }
  const placeholders: Readonly<Record<Count, string>> = {
    cores: say('asTemplate'),
    memoryMb: say('default'),
    gpus: say('none'),
    timeMinutes: say('asTemplate'),
  }
  const units: Readonly<Partial<Record<Count, string>>> = { memoryMb: 'MiB', timeMinutes: say('minutes') }
  const withAccounts = (['account', 'qos'] as const).filter(
    (field) => raw[field] !== '' || ((field === 'account' ? choices?.accounts : choices?.qos) ?? []).length > 1,
  )
  return (
    <>
      <Row
        id={`${id}-partition`}
        label={say('partition')}
        problem={problems.has('partition') ? say('problem.partition') : undefined}
        hint={partition === undefined ? undefined : partitionSize(partition, sayJob, language)}
        wide
      >
        <NameField
          id={`${id}-partition`}
          value={raw.partition}
          choices={partitionChoices(choices, sayJob, language)}
          placeholder={defaultText(choices?.partitions ?? [], say('default'), sayJob)}
          invalid={problems.has('partition')}
          describedBy={`${id}-partition-hint`}
          onChange={(value) => onChange({ partition: value })}
        />
      </Row>
      {(['cores', 'memoryMb', 'gpus', 'timeMinutes'] as const).map((field) => (
        <Row
          key={field}
          id={`${id}-${field}`}
          label={say(field)}
          problem={problems.has(field) ? say('problem.count', { max: format.number(countLimits[field]) }) : undefined}
          hint={hintOf(field)}
        >
          <CountField
            id={`${id}-${field}`}
            value={raw[field]}
            invalid={problems.has(field)}
            placeholder={placeholders[field]}
            {...(units[field] === undefined ? {} : { unit: units[field] })}
            step={steps[field]}
            max={countLimits[field]}
            onChange={(value) => onChange({ [field]: value })}
          />
        </Row>
      ))}
      {withAccounts.map((field) => {
        const names = (field === 'account' ? choices?.accounts : choices?.qos) ?? []
        return (
          <Row
            key={field}
            id={`${id}-${field}`}
            label={say(field)}
            problem={problems.has(field) ? say('problem.queue') : undefined}
            wide
          >
            <NameField
              id={`${id}-${field}`}
              value={raw[field]}
              choices={nameChoices(names, sayJob)}
              placeholder={defaultText(names, say('default'), sayJob)}
              invalid={problems.has(field)}
              describedBy={`${id}-${field}-hint`}
              onChange={(value) => onChange({ [field]: value })}
            />
          </Row>
        )
      })}
    </>
  )
}
