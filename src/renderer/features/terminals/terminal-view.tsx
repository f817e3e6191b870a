import { Button, useComputedColorScheme } from '@mantine/core'
import { useEffect, useEffectEvent, useRef, useState, type MouseEvent } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { Terminal } from '../../../../contract/terminals.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useMessages } from '../../ui/text.ts'
import { FindBox } from './find-box.tsx'
import { inputQueue } from './input.ts'
import { terminalsMessages } from './messages.ts'
import { followOutput } from './output.ts'
import { pastedLines } from './paste.ts'
import { PasteDialog } from './paste-dialog.tsx'
import { createScreen, type Screen } from './screen.ts'
import { terminalsStore } from './store.ts'
import { keyNames, TerminalMenu } from './terminal-menu.tsx'
import { useOpenAddress } from './use-open-address.ts'
import styles from './terminals.module.css'

/** Milliseconds without a change of size before the shell is told. */
const settle = 120

/** One shell: its screen, the search in it, and what happened to it. Hidden ones live on. */
export function TerminalView(props: {
  terminal: Terminal
  shown: boolean
  label: string
  reader: boolean
  onReader: (on: boolean) => void
  /** Another shell in the place of one that has ended. */
  onReopen: () => void
  onLeave: () => void
}) {
  const { terminal, shown, label, reader, onLeave } = props
  const { id, state } = terminal
  const say = useMessages(terminalsMessages)
  const { client } = useServices()
  const takeNew = terminalsStore.use((store) => store.takeNew)
  const scheme = useComputedColorScheme('light')
  const box = useRef<HTMLDivElement>(null)
  const screen = useRef<Screen>(undefined)
  const [error, setError] = useState<AppErrorValue>()
  const [finding, setFinding] = useState(false)
  const [hovered, setHovered] = useState<string>()
  const [toPaste, setToPaste] = useState<string>()
  const [menu, setMenu] = useState<{ x: number; y: number; hasSelection: boolean }>()
  const openAddress = useOpenAddress()

  const copy = () => {
    const text = screen.current?.selection() ?? ''
    if (text !== '') void navigator.clipboard.writeText(text)
  }
  const paste = (text: string) => {
    if (state === 'closed' || text === '') return
    if (pastedLines(text) > 1) setToPaste(text)
    else screen.current?.paste(text)
  }
  const onShortcut = useEffectEvent((letter: 'c' | 'f' | 'l') => {
    if (letter === 'c') copy()
    else if (letter === 'f') setFinding(true)
    else onLeave()
  })
  const onOpen = useEffectEvent((url: string) => openAddress(url))
  const onPasted = useEffectEvent(paste)
  const begin = useEffectEvent(() => ({ scheme, screenReader: reader, label }))
  const onLost = useEffectEvent((failure: unknown) => {
    if (state !== 'closed') setError(errorValue(failure))
  })

  useEffect(() => {
    const element = box.current
    if (element === null) return undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const input = inputQueue((data) => client.call('terminals', 'write', { id, data }), onLost)
    const made = createScreen(element, begin(), {
      onData: (data) => input.push(data),
      onSize: (size) => {
        clearTimeout(timer)
        timer = setTimeout(() => void client.call('terminals', 'resize', { id, size }).catch(() => undefined), settle)
      },
      onHover: setHovered,
      onOpen,
      onShortcut,
    })
    screen.current = made
    const end = followOutput(client, id, made, takeNew, setError)
    const observer = new ResizeObserver(() => made.fit())
    observer.observe(element)
    // Before xterm's own: what is pasted is looked at first, whichever way it comes.
    const onPaste = (event: ClipboardEvent) => {
      event.preventDefault()
      event.stopImmediatePropagation()
      onPasted(event.clipboardData?.getData('text/plain') ?? '')
    }
    element.addEventListener('paste', onPaste, { capture: true })
    return () => {
      element.removeEventListener('paste', onPaste, { capture: true })
      observer.disconnect()
      end()
      clearTimeout(timer)
      made.dispose()
      screen.current = undefined
    }
  }, [client, id, takeNew])

  useEffect(() => screen.current?.setScheme(scheme), [scheme])
  useEffect(() => screen.current?.setScreenReader(reader), [reader])
  useEffect(() => screen.current?.setClosed(state === 'closed'), [state])
  useEffect(() => {
    if (!shown) return
    screen.current?.fit()
    screen.current?.focus()
  }, [shown])
  useEffect(() => {
    // What was told while it was opening may have come too early.
    if (state === 'open' && screen.current !== undefined)
      void client.call('terminals', 'resize', { id, size: screen.current.size }).catch(() => undefined)
  }, [client, id, state])

  const back = () => screen.current?.focus()
  const openMenu = (event: MouseEvent) => {
    event.preventDefault()
    event.stopPropagation()
    const hasSelection = (screen.current?.selection() ?? '') !== ''
    setMenu({ x: event.clientX, y: event.clientY, hasSelection })
  }
  const status =
    hovered === undefined
      ? say('keys', { copy: keyNames.copy, paste: keyNames.paste, find: keyNames.find, leave: keyNames.leave })
      : say('linkHint', { url: hovered })
  return (
    <div className={styles.view} hidden={!shown}>
      {finding ? (
        <FindBox
          find={(text, direction, typing) => screen.current?.find(text, direction, typing) ?? false}
          onClose={() => {
            screen.current?.endFind()
            setFinding(false)
            back()
          }}
        />
      ) : null}
      <div
        className={styles.screen}
        ref={box}
        onContextMenuCapture={openMenu}
        data-closed={state === 'closed' || undefined}
      />
      <Outcome terminal={terminal} onReopen={props.onReopen} />
      {error === undefined || state === 'closed' ? null : <AppError error={error} />}
      <footer className={styles.status}>{status}</footer>
      {menu === undefined ? null : (
        <TerminalMenu
          at={menu}
          reader={reader}
          hasSelection={menu.hasSelection}
          closed={state === 'closed'}
          onCopy={copy}
          onPaste={paste}
          onFind={() => setFinding(true)}
          onClear={() => screen.current?.clear()}
          onReader={props.onReader}
          onClose={() => {
            setMenu(undefined)
            back()
          }}
        />
      )}
      {toPaste === undefined ? null : (
        <PasteDialog
          text={toPaste}
          onPaste={() => screen.current?.paste(toPaste)}
          onClose={() => {
            setToPaste(undefined)
            setTimeout(back)
          }}
        />
      )}
    </div>
  )
}

/** What became of the shell, in a line below what it printed. */
function Outcome({ terminal, onReopen }: { terminal: Terminal; onReopen: () => void }) {
  const say = useMessages(terminalsMessages)
  const { state, exitCode, lost } = terminal
  if (state === 'opening') return <ErrorNote tone="busy" title={say('opening')} />
  if (state === 'open') return null
  const title = lost ? say('lost') : exitCode === undefined ? say('ended') : say('endedWith', { code: exitCode })
  return (
    <ErrorNote tone={lost ? 'wait' : 'busy'} title={title}>
      <Button variant="default" onClick={onReopen}>
        {say('reopen')}
      </Button>
    </ErrorNote>
  )
}
