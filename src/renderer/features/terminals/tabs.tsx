import { ActionIcon } from '@mantine/core'
import { Plus, SquareTerminal, Unplug, X } from 'lucide-react'
import { useRef, type KeyboardEvent } from 'react'
import type { Terminal } from '../../../../contract/terminals.ts'
import { useMessages } from '../../ui/text.ts'
import { terminalsMessages } from './messages.ts'
import styles from './terminals.module.css'

/** The shells of a site. Arrows go between them, Delete closes one. */
export function Tabs(props: {
  site: string
  terminals: readonly Terminal[]
  numbers: ReadonlyMap<string, number>
  chosen: string | undefined
  busy: boolean
  onChoose: (id: string) => void
  onClose: (terminal: Terminal) => void
  onNew: () => void
}) {
  const { terminals, chosen, onChoose, onClose } = props
  const say = useMessages(terminalsMessages)
  const list = useRef<HTMLDivElement>(null)
  const onKey = (event: KeyboardEvent, terminal: Terminal, index: number) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (event.key === 'Delete') onClose(terminal)
    else if (step !== 0) {
      const next = (index + step + terminals.length) % terminals.length
      list.current?.querySelectorAll<HTMLElement>('[role="tab"]')[next]?.focus()
    } else return
    event.preventDefault()
  }
  return (
    <div className={styles.tabBar}>
      <div className={styles.tabs} role="tablist" aria-label={say('tabs', { site: props.site })} ref={list}>
        {terminals.map((terminal, index) => {
          const number = props.numbers.get(terminal.id) ?? index + 1
          const closed = terminal.state === 'closed'
          const Icon = closed ? Unplug : SquareTerminal
          return (
            <div
              key={terminal.id}
              className={styles.tab}
              data-chosen={terminal.id === chosen || undefined}
              role="presentation"
            >
              <button
                type="button"
                role="tab"
                id={`terminal-tab-${terminal.id}`}
                aria-selected={terminal.id === chosen}
                aria-controls={`terminal-${terminal.id}`}
                aria-label={say(closed ? 'tabClosed' : 'tab', { number })}
                aria-keyshortcuts="Delete"
                title={say('closeKey')}
                tabIndex={terminal.id === chosen ? 0 : -1}
                onClick={() => onChoose(terminal.id)}
                onAuxClick={(event) => {
                  if (event.button === 1) onClose(terminal)
                }}
                onKeyDown={(event) => onKey(event, terminal, index)}
              >
                <Icon size={14} aria-hidden />
                <span>{say('tab', { number })}</span>
              </button>
              <ActionIcon
                size={20}
                tabIndex={-1}
                // For the pointer: a list of tabs may hold tabs alone, and Delete on one closes it.
                aria-hidden
                title={say('close', { number })}
                onClick={() => onClose(terminal)}
              >
                <X size={13} aria-hidden />
              </ActionIcon>
            </div>
          )
        })}
      </div>
      <ActionIcon aria-label={say('new')} title={say('new')} loading={props.busy} onClick={props.onNew}>
        <Plus size={16} aria-hidden />
      </ActionIcon>
    </div>
  )
}
