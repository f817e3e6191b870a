import { ActionIcon, Menu } from '@mantine/core'
import { Keyboard, TextCursorInput } from 'lucide-react'
import { useMessages } from '../../../ui/text.ts'
import type { Control, View } from './view.ts'
import { functionKeys, koreanKeys, specialKeys, type Modifier, type SpecialKey } from './keysyms.ts'
import { viewerMessages } from './messages.ts'
import styles from './viewer.module.css'

/** How the keys are written that lead out of the screen. */
export const leaveKeys = navigator.userAgent.includes('Mac') ? '⌃⌥⇧' : 'Ctrl+Alt+Shift'

const held: readonly { modifier: Modifier; label: string }[] = [
  { modifier: 'control', label: 'Ctrl' },
  { modifier: 'alt', label: 'Alt' },
  { modifier: 'shift', label: 'Shift' },
  { modifier: 'super', label: 'Super' },
]

/** Keys that the system or the browser keeps, or the keyboard lacks; and modifiers that stay down. */
export function KeysMenu(props: { control: Control; view: View; onType: () => void; onDone: () => void }) {
  const { control, view } = props
  const say = useMessages(viewerMessages)
  const item = (key: SpecialKey) => (
    <Menu.Item key={key.id} onClick={() => control.press(key)}>
      {key.label}
    </Menu.Item>
  )
  return (
    <Menu width={280} position="bottom-end" returnFocus={false} onClose={props.onDone}>
      <Menu.Target>
        <ActionIcon aria-label={say('keys')} title={say('keys')}>
          <Keyboard size={16} aria-hidden />
          {view.held.length > 0 ? <span className={styles.dot} /> : null}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{say('keys.send')}</Menu.Label>
        {specialKeys.map(item)}
        <Menu.Label>{say('keys.korean')}</Menu.Label>
        {koreanKeys.map(item)}
        <Menu.Label>{say('keys.function')}</Menu.Label>
        <div className={styles.keyGrid} role="group" aria-label={say('keys.function')}>
          {functionKeys.map((key) => (
            <Menu.Item key={key.id} className={styles.functionKey} onClick={() => control.press(key)}>
              {key.label}
            </Menu.Item>
          ))}
        </div>
        <Menu.Label>{say('keys.hold')}</Menu.Label>
        {held.map(({ modifier, label }) => {
          return (
            <Menu.CheckboxItem
              key={modifier}
              closeMenuOnClick
              checked={view.held.includes(modifier)}
              onChange={() => control.toggle(modifier)}
            >
              {label}
            </Menu.CheckboxItem>
          )
        })}
        <Menu.Divider />
        <Menu.Item leftSection={<TextCursorInput size={14} aria-hidden />} onClick={props.onType}>
          {say('keys.type')}
        </Menu.Item>
        <p className={styles.menuHint}>{say('leave', { keys: leaveKeys })}</p>
      </Menu.Dropdown>
    </Menu>
  )
}
