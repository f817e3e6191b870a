import { ActionIcon, Menu } from '@mantine/core'
import { Check, Copy, Download, Languages, Maximize2, Minimize2, WrapText } from 'lucide-react'
import { useMessages } from '../../ui/text.ts'
import { useCopy } from '../jobs/use-copy.ts'
import { encodings } from './encoding.tsx'
import { logsMessages } from './messages.ts'
import type { Viewer, ViewerState } from './viewer.ts'
import styles from './log.module.css'

/** What can be done with a log, beside reading it. */
export function Tools(props: {
  viewer: Viewer
  state: ViewerState
  wrap: boolean
  onWrap: (wrap: boolean) => void
  full: boolean
  onFull: (full: boolean) => void
  onDownload: () => void
}) {
  const { viewer, state, wrap, onWrap, full, onFull, onDownload } = props
  const say = useMessages(logsMessages)
  const { copied, copy } = useCopy()
  const copyLabel = say(copied ? 'copied' : 'copy')
  const fullLabel = say(full ? 'reduce' : 'enlarge')
  const hasText = state.window.lines.length > 0
  return (
    <span className={styles.group}>
      <ActionIcon
        variant={wrap ? 'light' : 'subtle'}
        aria-label={say('wrap')}
        title={say('wrap')}
        aria-pressed={wrap}
        onClick={() => onWrap(!wrap)}
      >
        <WrapText size={14} aria-hidden />
      </ActionIcon>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={say('encoding')} title={say('encoding')}>
            <Languages size={14} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {encodings.map((encoding) => (
            <Menu.Item
              key={encoding}
              role="menuitemradio"
              aria-checked={state.encoding === encoding}
              leftSection={
                state.encoding === encoding ? <Check size={13} aria-hidden /> : <span style={{ width: 13 }} />
              }
              onClick={() => viewer.setEncoding(encoding)}
            >
              {say(`encoding.${encoding}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <ActionIcon
        disabled={!hasText}
        aria-label={copyLabel}
        title={copyLabel}
        onClick={() => copy(state.window.lines.map(({ text }) => text).join('\n'))}
      >
        {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
      </ActionIcon>
      <ActionIcon disabled={!hasText} aria-label={say('download')} title={say('download')} onClick={onDownload}>
        <Download size={14} aria-hidden />
      </ActionIcon>
      <ActionIcon aria-label={fullLabel} title={fullLabel} aria-pressed={full} onClick={() => onFull(!full)}>
        {full ? <Minimize2 size={14} aria-hidden /> : <Maximize2 size={14} aria-hidden />}
      </ActionIcon>
    </span>
  )
}
