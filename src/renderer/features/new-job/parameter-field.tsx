import { ActionIcon, SegmentedControl, Select, Switch, Textarea, TextInput } from '@mantine/core'
import { RotateCcw } from 'lucide-react'
import { useId, type KeyboardEvent } from 'react'
import type { Parameter } from '../../../../contract/templates.ts'
import { textIn, useLanguage, useMessages, type Say } from '../../ui/text.ts'
import { newJobMessages } from './messages.ts'
import { defaultRaw, shortNumber, stepNumber, type ParameterProblem, type RawValue } from './parameters.ts'
import styles from './form.module.css'

type NumberParameter = Extract<Parameter, { type: 'number' | 'integer' }>
type SayNewJob = Say<typeof newJobMessages.entries>

/** A problem in a sentence. */
export function problemText(say: SayNewJob, problem: ParameterProblem, unit?: string): string {
  const limit = (value: number) => (unit === undefined ? shortNumber(value) : `${shortNumber(value)} ${unit}`)
  switch (problem.kind) {
    case 'minimum':
    case 'maximum':
      return say(`problem.${problem.kind}`, { limit: limit(problem.limit) })
    case 'too-long':
      return say('problem.too-long', { count: problem.limit })
    case 'pattern':
      return say('problem.pattern', { pattern: problem.pattern })
    case 'other':
      return say('problem.other', { reason: problem.reason })
    default:
      return say(`problem.${problem.kind}`)
  }
}

/** The range of a number as it stands beside its field. */
function rangeText(say: SayNewJob, { minimum, maximum, unit }: NumberParameter): string | undefined {
  const end = unit === undefined ? '' : ` ${unit}`
  if (minimum !== undefined && maximum !== undefined)
    return say('parameter.range', { min: shortNumber(minimum), max: shortNumber(maximum) }) + end
  if (minimum !== undefined) return say('parameter.atLeast', { min: shortNumber(minimum) }) + end
  if (maximum !== undefined) return say('parameter.atMost', { max: shortNumber(maximum) }) + end
  return undefined
}

/** Up to four short choices stand side by side. */
const fitsSegments = (labels: readonly string[]): boolean => labels.length <= 4 && labels.join('').length <= 34

interface FieldProps {
  parameter: Parameter
  raw: RawValue
  problem: ParameterProblem | undefined
  onChange: (raw: RawValue) => void
}

function Control({
  id,
  parameter,
  raw,
  problem,
  onChange,
  describedBy,
}: FieldProps & { id: string; describedBy: string }) {
  const say = useMessages(newJobMessages)
  const language = useLanguage()
  const text = typeof raw === 'string' ? raw : ''
  const common = { id, error: problem !== undefined, 'aria-describedby': describedBy }
  switch (parameter.type) {
    case 'boolean':
      return (
        <Switch
          id={id}
          checked={raw === true}
          aria-describedby={describedBy}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      )
    case 'choice': {
      const data = parameter.choices.map(({ value, label }) => ({ value, label: textIn(label, language) }))
      if (fitsSegments(data.map(({ label }) => label)))
        return (
          <SegmentedControl
            id={id}
            data={data}
            value={text}
            aria-label={textIn(parameter.label, language)}
            onChange={onChange}
          />
        )
      return (
        <Select
          {...common}
          data={data}
          value={text === '' ? null : text}
          placeholder={say('parameter.choose')}
          allowDeselect={parameter.required === false}
          searchable={data.length > 8}
          onChange={(value) => onChange(value ?? '')}
        />
      )
    }
    case 'string': {
      const change = (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value)
      return (parameter.maxLength ?? 0) > 200 ? (
        <Textarea {...common} value={text} autosize minRows={2} maxRows={8} onChange={change} />
      ) : (
        <TextInput {...common} value={text} spellCheck={false} onChange={change} />
      )
    }
    default: {
      const step = (event: KeyboardEvent) => {
        if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
        event.preventDefault()
        onChange(stepNumber(parameter, text, (event.key === 'ArrowUp' ? 1 : -1) * (event.shiftKey ? 10 : 1)))
      }
      return (
        <TextInput
          {...common}
          value={text}
          inputMode="decimal"
          autoComplete="off"
          spellCheck={false}
          classNames={{ input: styles.number ?? '' }}
          rightSection={parameter.unit === undefined ? null : <span className={styles.unit}>{parameter.unit}</span>}
          rightSectionWidth={parameter.unit === undefined ? 0 : 12 + parameter.unit.length * 8}
          rightSectionPointerEvents="none"
          onChange={(event) => onChange(event.currentTarget.value)}
          onKeyDown={step}
        />
      )
    }
  }
}

/** One parameter as a row: label, control, range, and the way back to its default. */
export function ParameterField({ parameter, raw, problem, onChange }: FieldProps) {
  const say = useMessages(newJobMessages)
  const language = useLanguage()
  const id = useId()
  const label = textIn(parameter.label, language)
  const initial = defaultRaw(parameter)
  const changed = parameter.default !== undefined && raw !== initial
  const range = parameter.type === 'number' || parameter.type === 'integer' ? rangeText(say, parameter) : undefined
  const initialText =
    parameter.type === 'choice'
      ? (parameter.choices.find(({ value }) => value === initial)?.label ?? { en: String(initial) })
      : { en: String(initial) }
  return (
    <div className={styles.row} data-parameter={parameter.key} data-invalid={problem !== undefined || undefined}>
      <label className={styles.label} htmlFor={id}>
        {label}
        {parameter.required === false ? <span className={styles.faint}> {say('parameter.optional')}</span> : null}
      </label>
      <div
        className={styles.control}
        data-wide={parameter.type === 'string' || parameter.type === 'choice' || undefined}
      >
        <Control
          id={id}
          parameter={parameter}
          raw={raw}
          problem={problem}
          onChange={onChange}
          describedBy={`${id}-hint`}
        />
        {changed ? (
          <ActionIcon
            size={24}
            aria-label={say('parameter.reset', { name: label, value: textIn(initialText, language) })}
            title={say('parameter.reset', { name: label, value: textIn(initialText, language) })}
            onClick={() => onChange(initial)}
          >
            <RotateCcw size={13} aria-hidden />
          </ActionIcon>
        ) : null}
      </div>
      <div className={styles.hint} id={`${id}-hint`}>
        {problem === undefined ? null : (
          <span className={styles.problem} role="alert">
            {problemText(say, problem, 'unit' in parameter ? parameter.unit : undefined)}{' '}
          </span>
        )}
        {range === undefined ? null : <span className={styles.range}>{range}</span>}
        {parameter.help === undefined ? null : <span className={styles.help}>{textIn(parameter.help, language)}</span>}
      </div>
    </div>
  )
}
