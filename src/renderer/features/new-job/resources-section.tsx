import { TextInput } from '@mantine/core'
import { ChevronRight } from 'lucide-react'
import { useId, type KeyboardEvent, type ReactNode } from 'react'
import type { JobChoices } from '../../../../contract/preflight.ts'
import { formatLimit, useFormat } from '../../ui/format.ts'
import { useLanguage, useMessages } from '../../ui/text.ts'
import { newJobMessages } from './messages.ts'
import { NameField } from './name-field.tsx'
import { numberText, parseNumber } from './parameters.ts'
import { defaultText, partitionChoices, partitionSize } from './partition-choices.ts'
import { checkResources, resourceLimit, type CountField, type RawResources, type ResourceField } from './resources.ts'
import styles from './form.module.css'

/** The first is where the job runs, the others what it needs. */
const fields: readonly ResourceField[] = [
  'partition',
  'nodes',
  'tasks',
  'cpusPerTask',
  'memoryMb',
  'gpus',
  'timeMinutes',
]
/** Hours are typed as minutes; a step of the arrow keys is what somebody would add. */
const steps: Record<CountField, number> = {
  nodes: 1,
  tasks: 1,
  cpusPerTask: 1,
  gpus: 1,
  memoryMb: 1024,
  timeMinutes: 5,
}
const MIB = 1_048_576

interface FieldProps {
  field: ResourceField
  id: string
  raw: RawResources
  bad: boolean
  choices: JobChoices | undefined
  onChange: (raw: RawResources) => void
}

function CountInput({ field, id, raw, bad, onChange }: FieldProps & { field: CountField }) {
  const say = useMessages(newJobMessages)
  const units: Partial<Record<CountField, string>> = { timeMinutes: say('resource.minutes'), memoryMb: 'MiB' }
  const placeholders: Partial<Record<CountField, string>> = {
    memoryMb: say('resource.memoryDefault'),
    cpusPerTask: '1',
    gpus: say('resource.none'),
  }
  const unit = units[field]
  const step = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
    event.preventDefault()
    const by = (event.key === 'ArrowUp' ? 1 : -1) * (event.shiftKey ? 10 : 1) * steps[field]
    const value = Math.min(resourceLimit(field), Math.max(1, (parseNumber(raw[field]) ?? 0) + by))
    onChange({ ...raw, [field]: numberText(value) })
  }
  return (
    <TextInput
      id={id}
      value={raw[field]}
      error={bad}
      inputMode="numeric"
      autoComplete="off"
      spellCheck={false}
      placeholder={placeholders[field] ?? ''}
      classNames={{ input: styles.number ?? '' }}
      rightSection={unit === undefined ? null : <span className={styles.unit}>{unit}</span>}
      rightSectionWidth={unit === undefined ? 0 : 44}
      rightSectionPointerEvents="none"
      aria-describedby={`${id}-hint`}
      onChange={(event) => onChange({ ...raw, [field]: event.currentTarget.value })}
      onKeyDown={step}
    />
  )
}

/** What stands beside a field that is in order. */
function useHint() {
  const say = useMessages(newJobMessages)
  const language = useLanguage()
  const format = useFormat()
  return (field: ResourceField, raw: RawResources, choices: JobChoices | undefined): string | undefined => {
    switch (field) {
      case 'partition': {
        const partition = choices?.partitions.find(({ name, isDefault }) =>
          raw.partition === '' ? isDefault : name === raw.partition,
        )
        return partition === undefined ? undefined : partitionSize(partition, say, language)
      }
      case 'tasks':
        return say('resource.tasksHint')
      case 'timeMinutes': {
        const minutes = parseNumber(raw.timeMinutes)
        return minutes === undefined ? undefined : say('resource.timeHint', { duration: format.duration(minutes * 60) })
      }
      case 'memoryMb': {
        const mb = parseNumber(raw.memoryMb)
        return mb === undefined
          ? say('resource.memoryHint')
          : say('resource.memoryIs', { size: formatLimit(mb * MIB, language) })
      }
      case 'gpus':
        return say('resource.gpusHint')
      default:
        return undefined
    }
  }
}

/** What the job asks of the scheduler; folded, since the template's own figures are mostly right. */
export function ResourcesSection(props: {
  raw: RawResources
  /** Of a workflow: what its jobs need is their templates' to say, where they run is the user's. */
  workflow: boolean
  problems: ReadonlySet<ResourceField>
  /** Something in the group of queue options needs a look. */
  queueProblems: boolean
  choices: JobChoices | undefined
  open: boolean
  onToggle: (open: boolean) => void
  onChange: (raw: RawResources) => void
  /** The group of queue options. */
  children: ReactNode
}) {
  const { raw, workflow, problems, choices, onChange } = props
  const say = useMessages(newJobMessages)
  const language = useLanguage()
  const format = useFormat()
  const hintOf = useHint()
  const id = useId()
  const { resources } = checkResources(raw)

  return (
    <details
      className={styles.section}
      open={props.open || problems.size > 0 || props.queueProblems}
      onToggle={(event) => props.onToggle(event.currentTarget.open)}
    >
      <summary className={styles.summary}>
        <ChevronRight size={14} className={styles.chevron} aria-hidden />
        <h2 className={styles.heading}>{say(workflow ? 'section.place' : 'section.resources')}</h2>
        {resources === undefined || workflow ? null : (
          <span className={styles.faint}>
            {say('resource.summary', {
              nodes: say('count.nodes', { count: resources.nodes }),
              tasks: say('count.tasks', { count: resources.tasks }),
              time: format.duration(resources.timeMinutes * 60),
            })}
          </span>
        )}
      </summary>
      {(workflow ? fields.slice(0, 1) : fields).map((field) => {
        const bad = problems.has(field)
        const hint = bad ? undefined : hintOf(field, raw, choices)
        const common = { id: `${id}-${field}`, raw, bad, choices, onChange }
        return (
          <div className={styles.row} key={field} data-resource={field} data-invalid={bad || undefined}>
            <label className={styles.label} htmlFor={`${id}-${field}`}>
              {say(`resource.${field}`)}
            </label>
            <div className={styles.control} data-wide={field === 'partition' || undefined}>
              {field === 'partition' ? (
                <NameField
                  id={`${id}-${field}`}
                  value={raw.partition}
                  choices={partitionChoices(choices, say, language)}
                  placeholder={defaultText(choices?.partitions ?? [], say('resource.partitionDefault'), say)}
                  invalid={bad}
                  describedBy={`${id}-${field}-hint`}
                  onChange={(partition) => onChange({ ...raw, partition })}
                />
              ) : (
                <CountInput {...common} field={field} />
              )}
            </div>
            <div className={styles.hint} id={`${id}-${field}-hint`}>
              {bad ? (
                <span className={styles.problem} role="alert">
                  {field === 'partition'
                    ? say('resource.badPartition')
                    : say('resource.badCount', { max: format.number(resourceLimit(field)) })}
                </span>
              ) : hint === undefined ? null : (
                <span className={styles.help}>{hint}</span>
              )}
            </div>
          </div>
        )
      })}
      {props.children}
    </details>
  )
}
