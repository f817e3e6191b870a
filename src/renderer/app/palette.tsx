import { Modal, TextInput } from '@mantine/core'
import { CornerDownLeft, Search } from 'lucide-react'
import { useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { useMessages } from '../ui/text.ts'
import { uiMessages } from '../ui/messages.ts'
import { appMessages } from './messages.ts'
import { rank, useCommands, type Command } from './commands.ts'
import styles from './palette.module.css'

const listed = 40

/** Search and commands: every page and action, every template and job by name. */
export function Palette({ onClose }: { onClose: () => void }) {
  const say = useMessages(appMessages)
  const sayUi = useMessages(uiMessages)
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const commands = useCommands()
  const found = useMemo(() => rank(commands, text).slice(0, listed), [commands, text])
  const current = Math.min(chosen, found.length - 1)

  const run = (command: Command | undefined) => {
    if (command === undefined) return
    onClose()
    command.run()
  }
  const choose = (index: number) => {
    setChosen(index)
    list.current?.querySelector(`[data-index="${index}"]`)?.scrollIntoView({ block: 'nearest' })
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'ArrowDown') choose((current + 1) % Math.max(1, found.length))
    else if (event.key === 'ArrowUp') choose((current - 1 + found.length) % Math.max(1, found.length))
    else if (event.key === 'Enter') run(found[current])
    else return
    event.preventDefault()
  }
  return (
    <Modal.Root
      opened
      onClose={onClose}
      centered={false}
      yOffset="12vh"
      size={560}
      padding={0}
      lockScroll={false}
      transitionProps={{ duration: 0 }}
    >
      <Modal.Overlay backgroundOpacity={0.4} />
      <Modal.Content aria-label={say('palette.open')}>
        <TextInput
          autoFocus
          data-autofocus
          variant="unstyled"
          size="md"
          className={styles.field}
          leftSection={<Search size={15} aria-hidden />}
          role="combobox"
          aria-expanded
          aria-controls="palette-list"
          aria-activedescendant={found.length > 0 ? `palette-${current}` : undefined}
          aria-label={say('palette.placeholder')}
          placeholder={say('palette.placeholder')}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value)
            setChosen(0)
          }}
          onKeyDown={onKey}
        />
        <div id="palette-list" role="listbox" aria-label={say('palette.open')} className={styles.list} ref={list}>
          {found.map((command, index) => (
            <div key={command.id} role="presentation">
              {found[index - 1]?.group === command.group ? null : <div className={styles.group}>{command.group}</div>}
              <div
                role="option"
                id={`palette-${index}`}
                data-index={index}
                aria-selected={index === current}
                className={styles.item}
                onMouseMove={() => setChosen(index)}
                onClick={() => run(command)}
              >
                <command.icon size={15} aria-hidden />
                <span className={styles.name}>{command.name}</span>
                {command.note === undefined ? null : <span className={styles.note}>{command.note}</span>}
                {index === current ? <CornerDownLeft size={13} aria-hidden /> : null}
              </div>
            </div>
          ))}
        </div>
        {found.length === 0 ? <p className={styles.nothing}>{say('palette.nothing', { text })}</p> : null}
        <div className={styles.keys}>
          <span>{say('palette.keys')}</span>
          <button type="button" className={styles.close} onClick={onClose}>
            {sayUi('close')}
          </button>
        </div>
      </Modal.Content>
    </Modal.Root>
  )
}
