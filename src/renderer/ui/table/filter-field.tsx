import { CloseButton, TextInput } from '@mantine/core'
import { Search } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { uiMessages } from '../messages.ts'
import { useMessages } from '../text.ts'

/** Inputs that take no letters: `/` goes to the filter from them as well. */
const letterless = /^(radio|checkbox|button|range)$/

const typesText = (target: EventTarget | null): boolean => {
  if (target instanceof HTMLInputElement) return !letterless.test(target.type)
  return target instanceof HTMLElement && (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName))
}

/** A field that narrows a list; `/` goes to it from anywhere, Escape empties and leaves it, ↓ goes on to the list. */
export function FilterField(props: {
  value: string
  onChange: (text: string) => void
  onLeave?: () => void
  label?: string
}) {
  const { value, onChange, onLeave, label } = props
  const say = useMessages(uiMessages)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || typesText(event.target)) return
      if (document.querySelector('[role="dialog"]') !== null) return
      event.preventDefault()
      field.current?.focus()
      field.current?.select()
    }
    document.addEventListener('keydown', focus)
    return () => document.removeEventListener('keydown', focus)
  }, [])
  return (
    <TextInput
      ref={field}
      w={220}
      value={value}
      aria-label={label ?? say('table.filter')}
      placeholder={say('table.filterHint')}
      leftSection={<Search size={13} aria-hidden />}
      rightSection={
        value === '' ? null : (
          <CloseButton size="xs" aria-label={say('table.clearFilter')} onClick={() => onChange('')} />
        )
      }
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          onChange('')
          field.current?.blur()
          onLeave?.()
        } else if (event.key === 'ArrowDown' && onLeave !== undefined) {
          event.preventDefault()
          onLeave()
        }
      }}
    />
  )
}
