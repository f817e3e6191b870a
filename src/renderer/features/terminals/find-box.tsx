import { ActionIcon, TextInput } from '@mantine/core'
import { ChevronDown, ChevronUp, Search, X } from 'lucide-react'
import { useState, type KeyboardEvent } from 'react'
import { useMessages } from '../../ui/text.ts'
import { terminalsMessages } from './messages.ts'
import styles from './terminals.module.css'

/** Looks for a text in what a terminal printed. Enter goes to the next match, with Shift to the one before. */
export function FindBox(props: {
  find: (text: string, direction: 'next' | 'previous', typing?: boolean) => boolean
  onClose: () => void
}) {
  const say = useMessages(terminalsMessages)
  const [text, setText] = useState('')
  const [missing, setMissing] = useState(false)
  const go = (direction: 'next' | 'previous') => {
    if (text !== '') setMissing(!props.find(text, direction))
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter') go(event.shiftKey ? 'previous' : 'next')
    else if (event.key === 'Escape') props.onClose()
    else return
    event.preventDefault()
  }
  return (
    <div className={styles.find} role="search">
      <TextInput
        autoFocus
        leftSection={<Search size={13} aria-hidden />}
        aria-label={say('find.label')}
        placeholder={say('find.label')}
        spellCheck={false}
        maxLength={200}
        value={text}
        onChange={(event) => {
          const { value } = event.currentTarget
          setText(value)
          setMissing(value !== '' && !props.find(value, 'next', true))
        }}
        onKeyDown={onKey}
      />
      <span className={styles.missing} role="status">
        {missing ? say('find.none') : ''}
      </span>
      <ActionIcon aria-label={say('find.previous')} title={say('find.previous')} onClick={() => go('previous')}>
        <ChevronUp size={15} aria-hidden />
      </ActionIcon>
      <ActionIcon aria-label={say('find.next')} title={say('find.next')} onClick={() => go('next')}>
        <ChevronDown size={15} aria-hidden />
      </ActionIcon>
      <ActionIcon aria-label={say('find.close')} title={say('find.close')} onClick={props.onClose}>
        <X size={15} aria-hidden />
      </ActionIcon>
    </div>
  )
}
