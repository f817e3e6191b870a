import { Button, Menu } from '@mantine/core'
import { FileUp, FolderUp, Upload } from 'lucide-react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { useMessages } from '../../ui/text.ts'
import { wholeOf, type Picked } from '../uploads/picked.ts'
import { usePick } from '../uploads/use-pick.tsx'
import { resultsMessages } from './messages.ts'

/** The keyboard's twin of dropping files on the folder. */
export function UploadButtons(props: { onPicked: (picked: Picked) => void; onError: (error: AppErrorValue) => void }) {
  const say = useMessages(resultsMessages)
  const { inputs, choose } = usePick((picks) => void wholeOf(picks).then(props.onPicked), props.onError)
  return (
    <>
      {inputs}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" leftSection={<Upload size={14} aria-hidden />}>
            {say('put.do')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<FileUp size={14} aria-hidden />} onClick={() => void choose('files')}>
            {say('put.files')}
          </Menu.Item>
          <Menu.Item leftSection={<FolderUp size={14} aria-hidden />} onClick={() => void choose('folder')}>
            {say('put.folder')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  )
}
