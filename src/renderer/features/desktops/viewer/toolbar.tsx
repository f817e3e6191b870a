import { ActionIcon, Menu } from '@mantine/core'
import { Camera, Copy, Download, Eye, FileUp, Languages, Maximize, Minimize, X } from 'lucide-react'
import { useRef, type ReactNode } from 'react'
import { useMessages } from '../../../ui/text.ts'
import { ClipboardPanel } from './clipboard-panel.tsx'
import type { Control, View } from './view.ts'
import { KeysMenu, leaveKeys } from './keys-menu.tsx'
import { viewerMessages } from './messages.ts'
import { QualityMenu, ScaleMenu } from './picture-menus.tsx'
import type { Preferences } from './preferences.ts'
import styles from './viewer.module.css'

export interface ToolbarProps {
  control: Control
  view: View
  name: string
  preferences: Preferences
  onPreferences: (change: Partial<Preferences>) => void
  viewOnly: boolean
  onViewOnly: (on: boolean) => void
  full: boolean
  away: boolean
  onFull: () => void
  onScreenshot: (to: 'file' | 'clipboard') => void
  onType: () => void
  onFiles: ((files: File[]) => void) | undefined
  onClose: (() => void) | undefined
  actions: ReactNode
}

/** The controls of a screen; in full screen they come when the pointer is at the upper edge. */
export function Toolbar(props: ToolbarProps) {
  const { control, view, name, preferences, onPreferences, viewOnly, full } = props
  const say = useMessages(viewerMessages)
  const picker = useRef<HTMLInputElement>(null)
  const { state } = view
  const watches = state.kind === 'connected' && state.viewOnly
  const typing = !viewOnly && !watches
  const menu = { view, preferences, onPreferences, onDone: () => control.focus() }
  const fullLabel = say(full ? 'fullScreen.leave' : 'fullScreen')
  return (
    <div
      className={styles.bar}
      role="toolbar"
      aria-label={say('toolbar', { name })}
      data-away={props.away || undefined}
      data-viewer-bar
    >
      <span className={styles.name}>{name}</span>
      <span className={styles.hint} aria-hidden>
        <span>{full ? say('fullScreen.hint') : say('leave', { keys: leaveKeys })}</span>
      </span>
      <div className={styles.tools}>
        {props.actions === undefined ? null : (
          <>
            {props.actions}
            <span className={styles.line} />
          </>
        )}
        <ScaleMenu {...menu} />
        <QualityMenu {...menu} />
        <span className={styles.line} />
        {typing ? <KeysMenu control={control} view={view} onType={props.onType} onDone={menu.onDone} /> : null}
        {typing ? (
          <ActionIcon
            aria-label={say('localInput')}
            aria-pressed={preferences.localInput}
            title={`${say('localInput')}. ${say('localInput.hint')}`}
            onClick={() => {
              onPreferences({ localInput: !preferences.localInput })
              control.focus()
            }}
          >
            <Languages size={16} aria-hidden />
          </ActionIcon>
        ) : null}
        <ClipboardPanel
          control={control}
          state={view.clipboard}
          onShare={(on) => onPreferences({ clipboard: on })}
          onDone={menu.onDone}
        />
        {props.onFiles === undefined ? null : (
          <>
            <ActionIcon aria-label={say('files')} title={say('files')} onClick={() => picker.current?.click()}>
              <FileUp size={16} aria-hidden />
            </ActionIcon>
            <input
              ref={picker}
              type="file"
              multiple
              hidden
              onChange={({ currentTarget }) => {
                props.onFiles?.([...(currentTarget.files ?? [])])
                currentTarget.value = ''
              }}
            />
          </>
        )}
        <Menu position="bottom-end" returnFocus={false} onClose={menu.onDone}>
          <Menu.Target>
            <ActionIcon aria-label={say('screenshot')} title={say('screenshot')} disabled={!view.drawn}>
              <Camera size={16} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<Download size={14} aria-hidden />} onClick={() => props.onScreenshot('file')}>
              {say('screenshot.save')}
            </Menu.Item>
            <Menu.Item leftSection={<Copy size={14} aria-hidden />} onClick={() => props.onScreenshot('clipboard')}>
              {say('screenshot.copy')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <ActionIcon
          aria-label={say('viewOnly')}
          aria-pressed={viewOnly || watches}
          title={say(watches ? 'viewOnly.forced' : 'viewOnly')}
          disabled={watches}
          onClick={() => {
            props.onViewOnly(!viewOnly)
            control.focus()
          }}
        >
          <Eye size={16} aria-hidden />
        </ActionIcon>
        <span className={styles.line} />
        <ActionIcon
          aria-label={fullLabel}
          title={fullLabel}
          onClick={() => {
            props.onFull()
            control.focus()
          }}
        >
          {full ? <Minimize size={16} aria-hidden /> : <Maximize size={16} aria-hidden />}
        </ActionIcon>
        {props.onClose === undefined ? null : (
          <ActionIcon aria-label={say('close')} title={say('close')} onClick={props.onClose}>
            <X size={16} aria-hidden />
          </ActionIcon>
        )}
      </div>
    </div>
  )
}
