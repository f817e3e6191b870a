import { Checkbox, Textarea, TextInput } from '@mantine/core'
import { ChevronRight } from 'lucide-react'
import { useId, type ReactNode } from 'react'
import type { JobChoices } from '../../../../contract/preflight.ts'
import { useMessages, type Say } from '../../ui/text.ts'
import { DependenciesField } from './dependencies-field.tsx'
import { newJobMessages } from './messages.ts'
import { NameField } from './name-field.tsx'
import { defaultText, nameChoices } from './partition-choices.ts'
import { arrayText, queueProblemText } from './queue-text.ts'
import { usedFields, type QueueField, type QueueProblem, type QueueText, type RawQueue } from './queue.ts'
import styles from './form.module.css'

type SayNewJob = Say<typeof newJobMessages.entries>

/** What a scheduler of one machine knows nothing of; shown where a template or an older job asks for it all the same. */
const ofClusters: ReadonlySet<QueueField> = new Set<QueueField>([
  'account',
  'qos',
  'reservation',
  'licenses',
  'gres',
  'constraint',
  'exclusive',
])

const order: readonly QueueField[] = [
  'account',
  'qos',
  'reservation',
  'array',
  'dependencies',
  'singleton',
  'begin',
  'exclusive',
  'licenses',
  'gres',
  'constraint',
  'environment',
]

/** What all jobs of a workflow can share. */
const ofWorkflows: readonly QueueField[] = ['account', 'qos', 'reservation']

interface SectionProps {
  raw: RawQueue
  workflow: boolean
  problems: ReadonlyMap<QueueField, QueueProblem>
  choices: JobChoices | undefined
  site: string
  /** The entry of the outbox that the form changes: it cannot wait for itself. */
  own?: string | undefined
  open: boolean
  onToggle: (open: boolean) => void
  onChange: (raw: RawQueue) => void
}

function Control({ field, id, ...props }: SectionProps & { field: QueueField; id: string }): ReactNode {
  const { raw, problems, choices, site, own, onChange } = props
  const say = useMessages(newJobMessages)
  const invalid = problems.has(field)
  const describedBy = `${id}-hint`
  const change = (value: RawQueue[QueueField]) => onChange({ ...raw, [field]: value })
  switch (field) {
    case 'account':
    case 'qos': {
      const names = (field === 'account' ? choices?.accounts : choices?.qos) ?? []
      return (
        <NameField
          id={id}
          value={raw[field]}
          choices={nameChoices(names, say)}
          placeholder={defaultText(names, say('queue.default'), say)}
          invalid={invalid}
          describedBy={describedBy}
          onChange={change}
        />
      )
    }
    case 'dependencies':
      return <DependenciesField id={id} site={site} own={own} value={raw.dependencies} onChange={change} />
    case 'singleton':
    case 'exclusive':
      return (
        <Checkbox
          id={id}
          size="xs"
          checked={raw[field]}
          aria-describedby={describedBy}
          onChange={(event) => change(event.currentTarget.checked)}
        />
      )
    case 'begin':
      return (
        <TextInput
          id={id}
          type="datetime-local"
          value={raw.begin}
          error={invalid}
          aria-describedby={describedBy}
          onChange={(event) => change(event.currentTarget.value)}
        />
      )
    case 'environment':
      return (
        <Textarea
          id={id}
          value={raw.environment}
          error={invalid}
          autosize
          minRows={2}
          maxRows={10}
          spellCheck={false}
          classNames={{ input: 'mono' }}
          placeholder={'OMP_NUM_THREADS=4'}
          aria-describedby={describedBy}
          onChange={(event) => change(event.currentTarget.value)}
        />
      )
    default:
      return <TextControl field={field} id={id} value={raw[field]} invalid={invalid} onChange={change} />
  }
}

const examples: Partial<Record<QueueText, string>> = {
  array: '0-15%4',
  licenses: 'abaqus:5',
  gres: 'gpu:a100:2',
  constraint: 'avx512&ib',
}

function TextControl(props: {
  field: QueueText
  id: string
  value: string
  invalid: boolean
  onChange: (value: string) => void
}) {
  const { field, id, value, invalid, onChange } = props
  return (
    <TextInput
      id={id}
      value={value}
      error={invalid}
      autoComplete="off"
      spellCheck={false}
      placeholder={examples[field] ?? ''}
      aria-describedby={`${id}-hint`}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

/** The words beside a field that is in order. */
function hintOf(field: QueueField, { raw, choices }: SectionProps, say: SayNewJob): string {
  if (field === 'array') return arrayText(say, raw.array) ?? say('queueHint.array')
  if (field === 'licenses' && choices !== undefined && choices.licenses.length > 0)
    return choices.licenses
      .map(({ name, total, used }) => say('queueHint.license', { name, free: Math.max(0, total - used), total }))
      .join(' · ')
  return field === 'account' || field === 'qos' || field === 'reservation' ? '' : say(`queueHint.${field}`)
}

/** How and when the job is queued; folded until somebody needs it. */
export function QueueSection(props: SectionProps) {
  const { raw, workflow, problems, choices, open, onToggle } = props
  const say = useMessages(newJobMessages)
  const id = useId()
  const used = usedFields(raw)
  const fields = (workflow ? ofWorkflows : order).filter(
    (field) => choices?.scheduler !== 'local' || !ofClusters.has(field) || used.includes(field),
  )
  return (
    <details
      className={styles.queue}
      open={open || problems.size > 0}
      onToggle={(event) => {
        // It stands inside another fold, whose own toggling it must not be taken for.
        event.stopPropagation()
        onToggle(event.currentTarget.open)
      }}
    >
      <summary className={styles.summary}>
        <ChevronRight size={14} className={styles.chevron} aria-hidden />
        <h3 className={styles.queueHeading}>{say('section.queue')}</h3>
        <span className={styles.faint}>
          {used.length === 0 ? say('queue.none') : used.map((field) => say(`queue.${field}`)).join(', ')}
        </span>
      </summary>
      {fields.map((field) => {
        const problem = problems.get(field)
        const fieldId = `${id}-${field}`
        return (
          <div className={styles.row} key={field} data-queue={field} data-invalid={problem !== undefined || undefined}>
            <label className={styles.label} htmlFor={fieldId}>
              {say(`queue.${field}`)}
            </label>
            <div
              className={styles.control}
              data-wide={(field !== 'singleton' && field !== 'exclusive') || undefined}
              data-broad={field === 'dependencies' || field === 'environment' || undefined}
            >
              <Control {...props} field={field} id={fieldId} />
            </div>
            <div className={styles.hint} id={`${fieldId}-hint`}>
              {problem === undefined ? (
                <span className={styles.help}>{hintOf(field, props, say)}</span>
              ) : (
                <span className={styles.problem} role="alert">
                  {queueProblemText(say, problem)}
                </span>
              )}
            </div>
          </div>
        )
      })}
    </details>
  )
}
