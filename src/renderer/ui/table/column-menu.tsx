import { ActionIcon, Menu } from '@mantine/core'
import { Check, Columns3 } from 'lucide-react'
import { uiMessages } from '../messages.ts'
import { useMessages } from '../text.ts'

/** Chooses which columns a table shows. */
export function ColumnMenu(props: {
  columns: readonly { id: string; header: string; shown: boolean; fixed: boolean }[]
  onToggle: (id: string) => void
}) {
  const say = useMessages(uiMessages)
  return (
    <Menu closeOnItemClick={false} position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={say('table.columns')} title={say('table.columns')}>
          <Columns3 size={15} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {props.columns.map(({ id, header, shown, fixed }) => (
          <Menu.Item
            key={id}
            role="menuitemcheckbox"
            aria-checked={shown}
            disabled={fixed}
            leftSection={<Check size={13} aria-hidden style={{ visibility: shown ? 'visible' : 'hidden' }} />}
            onClick={() => props.onToggle(id)}
          >
            {header}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
