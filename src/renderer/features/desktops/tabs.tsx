import { ActionIcon } from '@mantine/core'
import { Eye, LayoutGrid, Plus, X } from 'lucide-react'
import { useRef, type KeyboardEvent } from 'react'
import type { Desktop } from '../../../../contract/desktops.ts'
import { hrefOf } from '../../app/router.ts'
import { uiMessages } from '../../ui/messages.ts'
import { states } from '../../ui/states.ts'
import { useMessages } from '../../ui/text.ts'
import { sessionMessages } from './session-messages.ts'
import type { Tab } from './tabs-store.ts'
import styles from './session.module.css'

/** What a tab is called: its desktop's name as soon as that is known. */
export const tabName = (tab: Tab, desktop: Desktop | undefined): string => desktop?.name ?? tab.shared?.name ?? tab.id

/** The open desktops of a site, with the way back to all. Arrows go between them, Delete closes one. */
export function Tabs(props: {
  tabs: readonly Tab[]
  desktops: ReadonlyMap<string, Desktop>
  chosen: string | undefined
  onChoose: (id: string) => void
  onClose: (tab: Tab) => void
}) {
  const { tabs, desktops, chosen, onChoose, onClose } = props
  const say = useMessages(sessionMessages)
  const sayUi = useMessages(uiMessages)
  const list = useRef<HTMLDivElement>(null)
  const onKey = (event: KeyboardEvent, tab: Tab, index: number) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (event.key === 'Delete') onClose(tab)
    else if (step !== 0) {
      const next = (index + step + tabs.length) % tabs.length
      list.current?.querySelectorAll<HTMLElement>('[role="tab"]')[next]?.focus()
    } else return
    event.preventDefault()
  }
  return (
    <div className={styles.tabBar}>
      <ActionIcon component="a" href={hrefOf({ page: 'desktops' })} aria-label={say('all')} title={say('all')}>
        <LayoutGrid size={15} aria-hidden />
      </ActionIcon>
      <div className={styles.tabs} role="tablist" aria-label={say('tabs')} ref={list}>
        {tabs.map((tab, index) => {
          const desktop = desktops.get(tab.id)
          const name = tabName(tab, desktop)
          const state = tab.shared === undefined ? desktop?.state : undefined
          const Icon = state === undefined ? Eye : states[state].icon
          const word = state === undefined ? say('watching') : sayUi(`state.${state}`)
          const isChosen = tab.id === chosen
          return (
            <div key={tab.id} className={styles.tab} data-chosen={isChosen || undefined} role="presentation">
              <button
                type="button"
                role="tab"
                id={`desktop-tab-${tab.id}`}
                aria-selected={isChosen}
                aria-controls={`desktop-${tab.id}`}
                aria-label={say('tab', { name, state: word })}
                aria-keyshortcuts="Delete"
                title={`${name} · ${word}\n${say('closeKey')}`}
                tabIndex={isChosen ? 0 : -1}
                onClick={() => onChoose(tab.id)}
                onAuxClick={(event) => {
                  if (event.button === 1) onClose(tab)
                }}
                onKeyDown={(event) => onKey(event, tab, index)}
              >
                <Icon size={14} aria-hidden data-tone={state === undefined ? 'idle' : states[state].tone} />
                <span>{name}</span>
              </button>
              <ActionIcon
                size={20}
                tabIndex={-1}
                // For the pointer: a list of tabs may hold tabs alone, and Delete on one closes it.
                aria-hidden
                title={say('close', { name })}
                onClick={() => onClose(tab)}
              >
                <X size={13} aria-hidden />
              </ActionIcon>
            </div>
          )
        })}
      </div>
      <ActionIcon component="a" href={hrefOf({ page: 'new-desktop' })} aria-label={say('new')} title={say('new')}>
        <Plus size={16} aria-hidden />
      </ActionIcon>
    </div>
  )
}
