import { Button } from '@mantine/core'
import { FileUp, FlaskConical, FolderUp } from 'lucide-react'
import { useRef } from 'react'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'
import { useMessages } from '../../ui/text.ts'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { newJobMessages } from './messages.ts'
import { pickedFromInput, type Picked } from './picked.ts'

/** The keyboard's twin of dropping: the system's own dialogs where the host has them, else the browser's. */
export function FileButtons(props: {
  disabled: boolean
  onPicked: (picked: Picked) => void
  onError: (error: AppErrorValue) => void
  /** Absent where the template ships no examples. */
  onExamples: (() => void) | undefined
}) {
  const { disabled, onPicked, onExamples } = props
  const services = useServices()
  const say = useMessages(newJobMessages)
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const choose = async (folders: boolean) => {
    if (!services.info.capabilities.nativeDialogs) return (folders ? folder : files).current?.click()
    try {
      onPicked(await services.client.call('host', 'pickFiles', { folders }))
    } catch (error) {
      props.onError(errorValue(error))
    }
  }
  const take = (input: HTMLInputElement) => {
    const chosen = [...(input.files ?? [])]
    // The same file can be chosen again after it was removed.
    input.value = ''
    if (chosen.length > 0) onPicked(pickedFromInput(services, chosen))
  }
  return (
    <>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        data-testid="files"
        onChange={(event) => take(event.currentTarget)}
      />
      <input
        ref={folder}
        type="file"
        multiple
        hidden
        data-testid="folder"
        {...{ webkitdirectory: '' }}
        onChange={(event) => take(event.currentTarget)}
      />
      <Button
        variant="default"
        disabled={disabled}
        leftSection={<FileUp size={14} aria-hidden />}
        onClick={() => void choose(false)}
      >
        {say('files.choose')}
      </Button>
      <Button
        variant="default"
        disabled={disabled}
        leftSection={<FolderUp size={14} aria-hidden />}
        onClick={() => void choose(true)}
      >
        {say('files.chooseFolder')}
      </Button>
      {onExamples === undefined ? null : (
        <Button
          variant="subtle"
          disabled={disabled}
          leftSection={<FlaskConical size={14} aria-hidden />}
          onClick={onExamples}
        >
          {say('files.examples')}
        </Button>
      )}
    </>
  )
}
