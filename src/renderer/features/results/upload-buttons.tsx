import { Button, Menu } from '@mantine/core'
import { FileUp, FolderUp, Upload } from 'lucide-react'
import { useRef } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'
import { useMessages } from '../../ui/text.ts'
import { pickedFromInput, type Picked } from '../new-job/picked.ts'
import { resultsMessages } from './messages.ts'

/** The keyboard's twin of dropping files on the folder. */
export function UploadButtons(props: { onPicked: (picked: Picked) => void; onError: (error: AppErrorValue) => void }) {
  const services = useServices()
  const say = useMessages(resultsMessages)
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const choose = async (folders: boolean) => {
    if (!services.info.capabilities.nativeDialogs) return (folders ? folder : files).current?.click()
    try {
      const picked = await services.client.call('host', 'pickFiles', { folders })
      if (picked.files.length > 0) props.onPicked(picked)
    } catch (error) {
      props.onError(errorValue(error))
    }
  }
  const take = (input: HTMLInputElement) => {
    const chosen = [...(input.files ?? [])]
    // The same file can be chosen again after it was removed.
    input.value = ''
    if (chosen.length > 0) props.onPicked(pickedFromInput(services, chosen))
  }
  return (
    <>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        data-testid="result-files"
        onChange={(event) => take(event.currentTarget)}
      />
      <input
        ref={folder}
        type="file"
        multiple
        hidden
        {...{ webkitdirectory: '' }}
        onChange={(event) => take(event.currentTarget)}
      />
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" leftSection={<Upload size={14} aria-hidden />}>
            {say('put.do')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<FileUp size={14} aria-hidden />} onClick={() => void choose(false)}>
            {say('put.files')}
          </Menu.Item>
          <Menu.Item leftSection={<FolderUp size={14} aria-hidden />} onClick={() => void choose(true)}>
            {say('put.folder')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  )
}
