import { Button } from '@mantine/core'
import { useRef, useState, type ReactNode } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { PickedFile, Upload } from '../../../../contract/uploads.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useFormat } from '../../ui/format.ts'
import { useMessages } from '../../ui/text.ts'
import { uploadsMessages } from './messages.ts'
import { uploadsStore } from './store.ts'

/**
 * Lets the user pick the file of an upload once more: `ask` opens the dialog, `element` holds it and what was refused.
 * The core refuses a file of another name or size; another version of it can be sent in the place of the first.
 */
export function usePickAgain(): { ask: (upload: Upload) => void; element: ReactNode } {
  const services = useServices()
  const say = useMessages(uploadsMessages)
  const format = useFormat()
  const input = useRef<HTMLInputElement>(null)
  const asked = useRef<Upload>(undefined)
  const [error, setError] = useState<AppErrorValue>()
  const [other, setOther] = useState<{ upload: Upload; file: PickedFile }>()
  const store = uploadsStore.of(services)

  const attempt = async (work: () => Promise<void>) => {
    setError(undefined)
    setOther(undefined)
    try {
      await work()
    } catch (reason) {
      setError(errorValue(reason))
    }
  }
  const take = async (upload: Upload, file: PickedFile) => {
    if (file.name === upload.name && file.size !== upload.size) {
      setError(undefined)
      return setOther({ upload, file })
    }
    await attempt(() => store.getState().reattach(upload.id, file))
  }
  const sendInstead = ({ upload, file }: { upload: Upload; file: PickedFile }) =>
    attempt(async () => {
      const { add, remove } = store.getState()
      const { site, label, slot, class: fileClass, id } = upload
      const { refused } = await add(site, label, [
        { ...file, class: fileClass, ...(slot === undefined ? {} : { slot }) },
      ])
      const [first] = refused
      if (first !== undefined) return setError(first.error)
      await remove([id])
    })
  return {
    ask: (upload) => {
      asked.current = upload
      input.current?.click()
    },
    element: (
      <>
        <input
          ref={input}
          type="file"
          hidden
          data-testid="pick-again"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0]
            const upload = asked.current
            event.currentTarget.value = ''
            if (file === undefined || upload === undefined) return
            void take(upload, {
              name: file.name.normalize('NFC'),
              folder: upload.folder,
              size: file.size,
              modified: file.lastModified,
              source: services.host.sourceOf(file),
            })
          }}
        />
        {error === undefined ? null : <AppError error={error} />}
        {other === undefined ? null : (
          <ErrorNote
            tone="wait"
            title={say('otherVersion.title', {
              name: other.upload.name,
              size: format.bytes(other.file.size),
              before: format.bytes(other.upload.size),
            })}
            text={say('otherVersion.text')}
          >
            <Button variant="default" onClick={() => void sendInstead(other)}>
              {say('otherVersion.send')}
            </Button>
          </ErrorNote>
        )}
      </>
    ),
  }
}
