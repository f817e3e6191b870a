import { Button, Group, Text } from '@mantine/core'
import type { Collision } from '../../../../contract/results.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { useMessages } from '../../ui/text.ts'
import { shownName } from './kinds.ts'
import { resultsMessages } from './messages.ts'

/** Asks once what becomes of what has the name on this machine already; closing it saves nothing. */
export function CollisionDialog(props: {
  name: string
  /** A folder is saved: its files go beside or in the place of those there. */
  folder: boolean
  onChoice: (collision: Collision) => void
  onClose: () => void
}) {
  const { folder, onChoice, onClose } = props
  const say = useMessages(resultsMessages)
  const name = shownName(props.name)
  return (
    <Dialog title={say('collision.title', { name })} width={520} onClose={onClose}>
      <Text size="sm">{say(folder ? 'collision.folder' : 'collision.file')}</Text>
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          {say('cancel')}
        </Button>
        {folder ? (
          <Button variant="default" onClick={() => onChoice('skip')}>
            {say('collision.skip')}
          </Button>
        ) : null}
        <Button variant="default" onClick={() => onChoice('replace')}>
          {say('collision.replace')}
        </Button>
        <Button data-autofocus onClick={() => onChoice('keep-both')}>
          {say('collision.keepBoth')}
        </Button>
      </Group>
    </Dialog>
  )
}
