import { ActionIcon, Button, Popover, Switch, Textarea } from '@mantine/core'
import { ClipboardList } from 'lucide-react'
import { useState } from 'react'
import { useFormat } from '../../../ui/format.ts'
import { useMessages } from '../../../ui/text.ts'
import { longestText, type ClipboardState } from './clipboard.ts'
import type { Control } from './view.ts'
import { textMessages } from './text-messages.ts'
import styles from './viewer.module.css'

interface Props {
  control: Control
  state: ClipboardState
  onShare: (on: boolean) => void
  onDone: () => void
}

/** The switch of the clipboard, and both texts by hand for browsers that do not let a page at it. */
export function ClipboardPanel(props: Props) {
  const { state } = props
  const say = useMessages(textMessages)
  const [open, setOpen] = useState(false)
  const waits = state.way === 'on' && state.writeBlocked && state.received !== undefined
  const close = () => {
    setOpen(false)
    props.onDone()
  }
  const label = say(waits ? 'waiting' : 'clipboard')
  return (
    <Popover opened={open} onChange={setOpen} onClose={props.onDone} width={340} position="bottom-end" trapFocus>
      <Popover.Target>
        <ActionIcon aria-label={label} title={label} onClick={() => (open ? close() : setOpen(true))}>
          <ClipboardList size={16} aria-hidden />
          {waits ? <span className={styles.dot} /> : null}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={say('clipboard')}>{open ? <Panel {...props} /> : null}</Popover.Dropdown>
    </Popover>
  )
}

function Panel({ control, state, onShare }: Props) {
  const say = useMessages(textMessages)
  const { number } = useFormat()
  const [text, setText] = useState('')
  const [copied, setCopied] = useState(false)
  const { way, received } = state
  const closed = way === 'forbidden' || way === 'view-only'
  const reason = way === 'forbidden' ? say('forbidden') : way === 'view-only' ? say('viewOnly') : undefined
  const tooLong = text.length > longestText
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(received ?? '')
      setCopied(true)
    } catch {
      setCopied(false)
    }
  }
  return (
    <div className={styles.panel}>
      <Switch
        label={say('share')}
        description={reason}
        disabled={closed}
        checked={way === 'on'}
        onChange={({ currentTarget }) => onShare(currentTarget.checked)}
      />
      {closed ? null : (
        <>
          {state.readBlocked ? <p className={styles.dim}>{say('readBlocked')}</p> : null}
          <Textarea
            label={say('forDesktop')}
            autosize
            minRows={2}
            maxRows={6}
            value={text}
            error={tooLong ? say('tooLong', { amount: number(longestText) }) : undefined}
            onChange={({ currentTarget }) => setText(currentTarget.value)}
          />
          <div className={styles.actions}>
            <Button
              variant="default"
              disabled={text === '' || tooLong}
              onClick={() => {
                control.send(text)
                setText('')
              }}
            >
              {say('send')}
            </Button>
          </div>
          {state.writeBlocked ? <p className={styles.dim}>{say('writeBlocked')}</p> : null}
          <div className={styles.row}>
            <span>{say('fromDesktop')}</span>
            <Button variant="default" disabled={received === undefined} onClick={() => void copy()}>
              {say(copied ? 'copied' : 'copy')}
            </Button>
          </div>
          {received === undefined ? (
            <p className={styles.dim}>{say('none')}</p>
          ) : (
            <pre className={styles.received} tabIndex={0} role="group" aria-label={say('fromDesktop')}>
              {received.slice(0, 2000)}
            </pre>
          )}
        </>
      )}
    </div>
  )
}
