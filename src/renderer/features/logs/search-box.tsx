import { ActionIcon, TextInput } from '@mantine/core'
import { CaseSensitive, ChevronDown, ChevronUp, Regex, Search } from 'lucide-react'
import { useEffect, useState, type KeyboardEvent, type RefObject } from 'react'
import type { LogEncoding, LogQuery } from '../../../../contract/logs.ts'
import { useFormat } from '../../ui/format.ts'
import { useMessages } from '../../ui/text.ts'
import { logsMessages } from './messages.ts'
import { numberOf, type LogSearch, type SearchState } from './search.ts'
import styles from './log.module.css'

/** Milliseconds without a key before what was typed is looked for. */
const patience = 350

/** What to look for. Enter goes to the next match, with Shift to the one before. */
export function SearchBox(props: {
  inputRef: RefObject<HTMLInputElement | null>
  search: LogSearch
  found: SearchState
  encoding: LogEncoding
  onGo: (direction: 'forward' | 'backward') => void
}) {
  const { inputRef, search, found, encoding, onGo } = props
  const say = useMessages(logsMessages)
  const [text, setText] = useState('')
  const [regex, setRegex] = useState(false)
  const [caseSensitive, setCaseSensitive] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => begin(search, { text, regex, caseSensitive, encoding }), patience)
    return () => clearTimeout(timer)
  }, [search, text, regex, caseSensitive, encoding])
  const go = (direction: 'forward' | 'backward') => {
    if (text === '') return
    begin(search, { text, regex, caseSensitive, encoding })
    onGo(direction)
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter') go(event.shiftKey ? 'backward' : 'forward')
    else if (event.key === 'Escape' && text !== '') setText('')
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <>
      <TextInput
        ref={inputRef}
        className={styles.search}
        value={text}
        maxLength={500}
        spellCheck={false}
        aria-label={say('search')}
        placeholder={say('search.hint')}
        leftSection={<Search size={13} aria-hidden />}
        rightSection={
          <span className={styles.group}>
            <Toggle label={say('search.case')} on={caseSensitive} onChange={setCaseSensitive} icon={CaseSensitive} />
            <Toggle label={say('search.regex')} on={regex} onChange={setRegex} icon={Regex} />
          </span>
        }
        rightSectionWidth={50}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKey}
      />
      <span className={styles.group}>
        <ActionIcon
          disabled={text === '' || found.looking}
          aria-label={say('search.previous')}
          title={say('search.previous')}
          onClick={() => go('backward')}
        >
          <ChevronUp size={15} aria-hidden />
        </ActionIcon>
        <ActionIcon
          disabled={text === '' || found.looking}
          aria-label={say('search.next')}
          title={say('search.next')}
          onClick={() => go('forward')}
        >
          <ChevronDown size={15} aria-hidden />
        </ActionIcon>
      </span>
    </>
  )
}

function Toggle(props: { label: string; on: boolean; onChange: (on: boolean) => void; icon: typeof Regex }) {
  const { label, on, onChange, icon: Icon } = props
  return (
    <ActionIcon
      size={20}
      variant={on ? 'light' : 'subtle'}
      aria-label={label}
      title={label}
      aria-pressed={on}
      onClick={() => onChange(!on)}
    >
      <Icon size={13} aria-hidden />
    </ActionIcon>
  )
}

/** The same question is not asked twice. */
function begin(search: LogSearch, query: LogQuery): void {
  const known = search.state.query
  if (query.text === '') {
    if (known !== undefined) search.start(undefined)
  } else if (JSON.stringify(known) !== JSON.stringify(query)) search.start(query)
}

/** How much was found so far, and where the reader stands among it. */
export function SearchReport({ found }: { found: SearchState }) {
  const say = useMessages(logsMessages)
  const format = useFormat()
  const { query, places, reached, done, capped, current, looking, none, error } = found
  if (query === undefined) return null
  const size = format.bytes(reached)
  const count = places.length
  const words = capped
    ? say('search.capped', { limit: format.number(count), size })
    : done
      ? say('search.all', { count })
      : reached === 0
        ? undefined
        : say('search.soFar', { count, size })
  const at = current === undefined ? undefined : numberOf(places, current)
  const parts =
    error === undefined
      ? [
          words?.replace(String(count), format.number(count)),
          at !== undefined && done && !capped
            ? say('search.at', { at: format.number(at), total: format.number(count) })
            : undefined,
          looking || words === undefined ? say('search.looking') : undefined,
          none === undefined ? undefined : say(none === 'forward' ? 'search.noneForward' : 'search.noneBackward'),
        ]
      : [
          say('search.wrong', {
            reason: error.code === 'PARAMETER_INVALID' ? error.data.reason.replace(/\.+$/, '') : error.message,
          }),
        ]
  return (
    <div className={styles.found} role="status">
      {parts.filter((part) => part !== undefined).join(' · ')}
    </div>
  )
}
