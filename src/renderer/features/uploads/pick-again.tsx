import { useRef, useState, type ReactNode } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { Upload } from '../../../../contract/uploads.ts'
import { AppError } from '../../app/app-error.tsx'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'
import { uploadsStore } from './store.ts'

/**
 * Lets the user pick the file of an upload once more: `ask` opens the dialog, `element` holds it and what was refused.
 * The core refuses a file of another name or size.
 */
export function usePickAgain(): { ask: (upload: Upload) => void; element: ReactNode } {
  const services = useServices()
  const input = useRef<HTMLInputElement>(null)
  const asked = useRef<Upload>(undefined)
  const [error, setError] = useState<AppErrorValue>()

  const reattach = async (upload: Upload, file: File) => {
    setError(undefined)
    try {
      await uploadsStore
        .of(services)
        .getState()
        .reattach(upload.id, {
          name: file.name.normalize('NFC'),
          folder: upload.folder,
          size: file.size,
          modified: file.lastModified,
          source: services.host.sourceOf(file),
        })
    } catch (reason) {
      setError(errorValue(reason))
    }
  }
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
          onChange={(event) => {
            const file = event.currentTarget.files?.[0]
            const upload = asked.current
            event.currentTarget.value = ''
            if (file !== undefined && upload !== undefined) void reattach(upload, file)
          }}
        />
        {error === undefined ? null : <AppError error={error} />}
      </>
    ),
  }
}
