import { Button } from '@mantine/core'
import { SquareTerminal } from 'lucide-react'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { Site } from '../../../../contract/sites.ts'
import type { Terminal } from '../../../../contract/terminals.ts'
import { AppError } from '../../app/app-error.tsx'
import { navigate, type RouteOf } from '../../app/router.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { uiMessages } from '../../ui/messages.ts'
import { useMessages } from '../../ui/text.ts'
import { isSsh } from '../sites/address.ts'
import { useActiveSite } from '../sites/store.ts'
import { terminalsMessages } from './messages.ts'
import { screenReader, terminalsStore } from './store.ts'
import { Tabs } from './tabs.tsx'
import { TerminalView } from './terminal-view.tsx'
import styles from './terminals.module.css'

/** `#/terminal` shows the shells of the active site, `…/<id>` one of them, `…/new` opens another. */
export default function TerminalPage({ route }: { route: RouteOf<'terminal'> }) {
  const say = useMessages(terminalsMessages)
  const site = useActiveSite()
  if (site !== undefined && isSsh(site.url)) return <Shells key={site.id} site={site} route={route} />
  return (
    <EmptyState icon={SquareTerminal} title={say('noSsh.title')} text={say('noSsh.text')}>
      <Button onClick={() => navigate({ page: 'sites', add: true })}>{say('noSsh.add')}</Button>
    </EmptyState>
  )
}

const choose = (id: string | undefined) =>
  navigate({ page: 'terminal', ...(id === undefined ? {} : { id }) }, { replace: true })

const within = (value: number, most: number) => Math.min(most, Math.max(2, Math.floor(value)))

/** About how many characters fit, before there is a screen to ask. */
function roughSize(element: HTMLElement | null) {
  if (element === null) return { columns: 80, rows: 24 }
  return {
    columns: within((element.clientWidth - 24) / 7.85, 1000),
    rows: within((element.clientHeight - 76) / 16.5, 1000),
  }
}

function Shells({ site, route }: { site: Site; route: RouteOf<'terminal'> }) {
  const say = useMessages(terminalsMessages)
  const all = terminalsStore.use((state) => state.terminals)
  const numbers = terminalsStore.use((state) => state.numbers)
  const open = terminalsStore.use((state) => state.open)
  const close = terminalsStore.use((state) => state.close)
  const page = useRef<HTMLDivElement>(null)
  const busy = terminalsStore.use((state) => state.opening)
  const error = terminalsStore.use((state) => state.error)
  const [closing, setClosing] = useState<Terminal>()
  const [reader, setReader] = useState(screenReader.get)
  const number = (id: string) => numbers.get(id) ?? 1
  const terminals = [...(all?.values() ?? [])]
    .filter((terminal) => terminal.site === site.id)
    .sort((a, b) => number(a.id) - number(b.id))
  const chosen = terminals.find(({ id }) => id === route.id)?.id ?? terminals.at(-1)?.id

  const openOne = async () => {
    const made = await open(site.id, roughSize(page.current))
    if (made !== undefined) choose(made.id)
    return made
  }
  const remove = async (terminal: Terminal) => {
    setClosing(undefined)
    const next = terminals.filter(({ id }) => id !== terminal.id).at(-1)
    if (terminal.id === chosen) choose(next?.id)
    await close(terminal.id)
  }
  const reopen = async (terminal: Terminal) => {
    if ((await openOne()) !== undefined) await close(terminal.id)
  }
  const onNew = useEffectEvent(async () => {
    if ((await openOne()) === undefined) choose(undefined)
  })
  useEffect(() => {
    if (route.id === 'new') void onNew()
  }, [route.id])
  return (
    <div className={styles.page} ref={page}>
      <h1 className={styles.title}>{say('title')}</h1>
      {terminals.length === 0 ? (
        <EmptyState icon={SquareTerminal} title={say('empty.title', { site: site.name })} text={say('empty.text')}>
          <Button autoFocus loading={busy} onClick={() => void openOne()}>
            {say('empty.open')}
          </Button>
        </EmptyState>
      ) : (
        <Tabs
          site={site.name}
          terminals={terminals}
          numbers={numbers}
          chosen={chosen}
          busy={busy}
          onChoose={choose}
          onClose={(terminal) => (terminal.state === 'open' ? setClosing(terminal) : void remove(terminal))}
          onNew={() => void openOne()}
        />
      )}
      {error === undefined ? null : <AppError error={error} />}
      {terminals.map((terminal) => (
        <div
          key={terminal.id}
          id={`terminal-${terminal.id}`}
          className={styles.panel}
          role="tabpanel"
          aria-labelledby={`terminal-tab-${terminal.id}`}
          hidden={terminal.id !== chosen}
        >
          <TerminalView
            terminal={terminal}
            shown={terminal.id === chosen}
            label={say('tab', { number: number(terminal.id) })}
            reader={reader}
            onReader={(on) => {
              screenReader.set(on)
              setReader(on)
            }}
            onReopen={() => void reopen(terminal)}
            onLeave={() => document.getElementById(`terminal-tab-${terminal.id}`)?.focus()}
          />
        </div>
      ))}
      {closing === undefined ? null : (
        <CloseDialog onConfirm={() => void remove(closing)} onClose={() => setClosing(undefined)} />
      )}
    </div>
  )
}

function CloseDialog({ onConfirm, onClose }: { onConfirm: () => void; onClose: () => void }) {
  const say = useMessages(terminalsMessages)
  const sayUi = useMessages(uiMessages)
  return (
    <Dialog title={say('closing.title')} onClose={onClose}>
      <p className={styles.closingText}>{say('closing.text')}</p>
      <div className={styles.pasteActions}>
        <Button variant="default" onClick={onClose}>
          {sayUi('cancel')}
        </Button>
        <Button color="red" data-autofocus onClick={onConfirm}>
          {say('closing.action')}
        </Button>
      </div>
    </Dialog>
  )
}
