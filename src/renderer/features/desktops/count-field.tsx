import { TextInput } from '@mantine/core'
import type { KeyboardEvent } from 'react'
import { numberText, parseNumber } from '../new-job/parameters.ts'
import form from '../new-job/form.module.css'

/** A number as text, stepped by the arrow keys (with Shift ten at once). */
export function CountField(props: {
  id: string
  value: string
  invalid: boolean
  placeholder?: string
  unit?: string
  step?: number
  max: number
  label?: string
  onChange: (value: string) => void
}) {
  const { id, value, invalid, placeholder = '', unit, step = 1, max, label, onChange } = props
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
    event.preventDefault()
    const by = (event.key === 'ArrowUp' ? 1 : -1) * (event.shiftKey ? 10 : 1) * step
    onChange(numberText(Math.min(max, Math.max(1, (parseNumber(value) ?? 0) + by))))
  }
  return (
    <TextInput
      id={id}
      value={value}
      error={invalid}
      inputMode="numeric"
      autoComplete="off"
      spellCheck={false}
      placeholder={placeholder}
      aria-label={label}
      aria-describedby={`${id}-hint`}
      classNames={{ input: form.number ?? '' }}
      rightSection={unit === undefined ? null : <span className={form.unit}>{unit}</span>}
      rightSectionWidth={unit === undefined ? 0 : 44}
      rightSectionPointerEvents="none"
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={onKey}
    />
  )
}
