import { TextInput } from '@mantine/core'
import { ChevronRight } from 'lucide-react'
import { useId, type KeyboardEvent } from 'react'
import { useFormat } from '../../ui/format.ts'
import { useMessages } from '../../ui/text.ts'
import { newJobMessages } from './messages.ts'
import { numberText, parseNumber } from './parameters.ts'
import { checkResources, resourceLimit, type RawResources, type ResourceField } from './resources.ts'
import styles from './form.module.css'

const fields: readonly ResourceField[] = ['nodes', 'tasks', 'timeMinutes', 'memoryMb', 'partition']

/** What the job asks of the scheduler; folded, since the template's own figures are mostly right. */
export function ResourcesSection(props: {
  raw: RawResources
  problems: ReadonlySet<ResourceField>
  open: boolean
  onToggle: (open: boolean) => void
  onChange: (raw: RawResources) => void
}) {
  const { raw, problems, onChange } = props
  const say = useMessages(newJobMessages)
  const format = useFormat()
  const id = useId()
  const minutes = parseNumber(raw.timeMinutes)
  const { resources } = checkResources(raw)

  const units: Partial<Record<ResourceField, string>> = { timeMinutes: say('resource.minutes'), memoryMb: 'MiB' }
  const hints: Partial<Record<ResourceField, string>> = {
    tasks: say('resource.tasksHint'),
    ...(minutes === undefined
      ? {}
      : { timeMinutes: say('resource.timeHint', { duration: format.duration(minutes * 60) }) }),
  }
  const placeholders: Partial<Record<ResourceField, string>> = {
    memoryMb: say('resource.memoryDefault'),
    partition: say('resource.partitionDefault'),
  }
  const step = (field: ResourceField) => (event: KeyboardEvent) => {
    if (field === 'partition' || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
    event.preventDefault()
    const by = (event.key === 'ArrowUp' ? 1 : -1) * (event.shiftKey ? 10 : 1) * (field === 'memoryMb' ? 1024 : 1)
    const value = Math.min(resourceLimit(field), Math.max(1, (parseNumber(raw[field]) ?? 0) + by))
    onChange({ ...raw, [field]: numberText(value) })
  }

  return (
    <details
      className={styles.section}
      open={props.open || problems.size > 0}
      onToggle={(event) => props.onToggle(event.currentTarget.open)}
    >
      <summary className={styles.summary}>
        <ChevronRight size={14} className={styles.chevron} aria-hidden />
        <h2 className={styles.heading}>{say('section.resources')}</h2>
        {resources === undefined ? null : (
          <span className={styles.faint}>
            {say('resource.summary', {
              nodes: say('count.nodes', { count: resources.nodes }),
              tasks: say('count.tasks', { count: resources.tasks }),
              time: format.duration(resources.timeMinutes * 60),
            })}
          </span>
        )}
      </summary>
      {fields.map((field) => {
        const unit = units[field]
        const bad = problems.has(field)
        return (
          <div className={styles.row} key={field} data-resource={field} data-invalid={bad || undefined}>
            <label className={styles.label} htmlFor={`${id}-${field}`}>
              {say(`resource.${field}`)}
            </label>
            <div className={styles.control}>
              <TextInput
                id={`${id}-${field}`}
                value={raw[field]}
                error={bad}
                inputMode={field === 'partition' ? 'text' : 'numeric'}
                autoComplete="off"
                spellCheck={false}
                placeholder={placeholders[field] ?? ''}
                classNames={{ input: field === 'partition' ? '' : (styles.number ?? '') }}
                rightSection={unit === undefined ? null : <span className={styles.unit}>{unit}</span>}
                rightSectionWidth={unit === undefined ? 0 : 44}
                rightSectionPointerEvents="none"
                aria-describedby={`${id}-${field}-hint`}
                onChange={(event) => onChange({ ...raw, [field]: event.currentTarget.value })}
                onKeyDown={step(field)}
              />
            </div>
            <div className={styles.hint} id={`${id}-${field}-hint`}>
              {bad ? (
                <span className={styles.problem} role="alert">
                  {field === 'partition'
                    ? say('resource.badPartition')
                    : say('resource.badCount', { max: format.number(resourceLimit(field)) })}
                </span>
              ) : hints[field] === undefined ? null : (
                <span className={styles.range}>{hints[field]}</span>
              )}
            </div>
          </div>
        )
      })}
    </details>
  )
}
