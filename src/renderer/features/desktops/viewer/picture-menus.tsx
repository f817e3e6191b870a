import { ActionIcon, Menu } from '@mantine/core'
import { Gauge, Scaling } from 'lucide-react'
import { useMessages } from '../../../ui/text.ts'
import type { View } from './view.ts'
import { viewerMessages } from './messages.ts'
import type { Preferences } from './preferences.ts'
import type { QualityMode, ScaleMode } from './types.ts'
import styles from './viewer.module.css'

export interface MenuProps {
  view: View
  preferences: Preferences
  onPreferences: (change: Partial<Preferences>) => void
  /** The screen gets the focus again. */
  onDone: () => void
}

const scales: readonly ScaleMode[] = ['resize', 'fit', 'actual']

/** How the picture is fitted into the window. */
export function ScaleMenu({ view, preferences, onPreferences, onDone }: MenuProps) {
  const say = useMessages(viewerMessages)
  const { size, scale } = view
  const fixed = view.drawn && !view.resizable
  return (
    <Menu width={300} position="bottom-end" returnFocus={false} onClose={onDone}>
      <Menu.Target>
        <ActionIcon aria-label={say('scale')} title={say('scale')}>
          <Scaling size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={preferences.scale} onChange={(mode) => onPreferences({ scale: mode as ScaleMode })}>
          {scales.map((mode) => (
            <Menu.RadioItem key={mode} value={mode} closeMenuOnClick disabled={mode === 'resize' && fixed}>
              {say(mode === 'resize' && fixed ? 'scale.resizeFixed' : `scale.${mode}`)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        {size === undefined ? null : (
          <p className={styles.menuHint}>
            {say('pixels', { ...size, percent: Math.round(scale * devicePixelRatio * 100) })}
          </p>
        )}
        {devicePixelRatio === 1 ? null : (
          <>
            <Menu.Divider />
            <Menu.CheckboxItem
              closeMenuOnClick
              checked={preferences.everyPixel}
              onChange={(everyPixel) => onPreferences({ everyPixel })}
            >
              {say('everyPixel')}
            </Menu.CheckboxItem>
            <p className={styles.menuHint}>{say('everyPixelHint')}</p>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

const qualities: readonly QualityMode[] = ['automatic', 'sharp', 'balanced', 'fast', 'sparing']

/** How good the picture is, by hand or by what the line carries. */
export function QualityMenu({ view, preferences, onPreferences, onDone }: MenuProps) {
  const say = useMessages(viewerMessages)
  const automatic = preferences.quality === 'automatic'
  const labelOf = (mode: QualityMode) =>
    mode === 'automatic' && automatic
      ? say('quality.automaticNow', { step: say(`quality.${view.step}`) })
      : say(`quality.${mode}`)
  return (
    <Menu width={300} position="bottom-end" returnFocus={false} onClose={onDone}>
      <Menu.Target>
        <ActionIcon aria-label={say('quality')} title={say('quality')}>
          <Gauge size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup
          value={preferences.quality}
          onChange={(mode) => onPreferences({ quality: mode as QualityMode })}
        >
          {qualities.map((mode) => (
            <Menu.RadioItem key={mode} value={mode} closeMenuOnClick>
              {labelOf(mode)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <p className={styles.menuHint}>{say('quality.hint')}</p>
        <Menu.Divider />
        <Menu.CheckboxItem
          closeMenuOnClick
          checked={preferences.figures}
          onChange={(figures) => onPreferences({ figures })}
        >
          {say('showFigures')}
        </Menu.CheckboxItem>
      </Menu.Dropdown>
    </Menu>
  )
}
