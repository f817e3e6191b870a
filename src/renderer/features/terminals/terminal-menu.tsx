import { Menu } from '@mantine/core'
import { Accessibility, ClipboardPaste, Copy, Eraser, Search } from 'lucide-react'
import { useState } from 'react'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useMessages } from '../../ui/text.ts'
import { terminalsMessages } from './messages.ts'
import styles from './terminals.module.css'

const isMac = navigator.userAgent.includes('Mac')
const withLetter = (letter: string): string => (isMac ? `⌘⇧${letter}` : `Ctrl+Shift+${letter}`)

/** How the keys of a terminal are written on this system. */
export const keyNames = {
  copy: isMac ? '⌘C' : withLetter('C'),
  paste: isMac ? '⌘V' : withLetter('V'),
  find: withLetter('F'),
  leave: withLetter('L'),
}

/** What can be done with a terminal, at the place of the pointer. */
export function TerminalMenu(props: {
  at: { x: number; y: number }
  reader: boolean
  hasSelection: boolean
  closed: boolean
  onCopy: () => void
  onPaste: (text: string) => void
  onFind: () => void
  onClear: () => void
  onReader: (on: boolean) => void
  onClose: () => void
}) {
  const say = useMessages(terminalsMessages)
  const [blocked, setBlocked] = useState(false)
  const paste = async () => {
    let text: string
    try {
      text = await navigator.clipboard.readText()
    } catch {
      return setBlocked(true)
    }
    props.onClose()
    props.onPaste(text)
  }
  const then = (run: () => void) => () => {
    props.onClose()
    run()
  }
  return (
    <Menu
      opened
      onClose={props.onClose}
      position="bottom-start"
      width={260}
      closeOnItemClick={false}
      returnFocus={false}
    >
      <Menu.Target>
        <span className={styles.pointer} style={{ left: props.at.x, top: props.at.y }} />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<Copy size={14} aria-hidden />}
          rightSection={<kbd>{keyNames.copy}</kbd>}
          disabled={!props.hasSelection}
          onClick={then(props.onCopy)}
        >
          {say('copy')}
        </Menu.Item>
        <Menu.Item
          leftSection={<ClipboardPaste size={14} aria-hidden />}
          rightSection={<kbd>{keyNames.paste}</kbd>}
          disabled={props.closed}
          onClick={() => void paste()}
        >
          {say('paste')}
        </Menu.Item>
        {blocked ? <ErrorNote tone="busy" title={say('pasteBlocked', { keys: keyNames.paste })} /> : null}
        <Menu.Item
          leftSection={<Search size={14} aria-hidden />}
          rightSection={<kbd>{keyNames.find}</kbd>}
          onClick={then(props.onFind)}
        >
          {say('find')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<Eraser size={14} aria-hidden />} onClick={then(props.onClear)}>
          {say('clear')}
        </Menu.Item>
        <Menu.Item
          leftSection={<Accessibility size={14} aria-hidden />}
          onClick={then(() => props.onReader(!props.reader))}
        >
          {say(props.reader ? 'screenReaderOff' : 'screenReaderOn')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
