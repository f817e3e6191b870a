import { useRef, type ReactNode } from 'react'
import type { AppErrorValue } from '../../../../contract/errors.ts'
import { errorValue } from '../../app/errors.ts'
import { useServices } from '../../app/services.tsx'
import { pickedAtOnce, pickedFromInput, type Picks } from './picked.ts'

/**
 * The keyboard's twin of dropping: the system's own dialogs where the host has them, else the browser's, for which `inputs`
 * have to stand on the page. What was cancelled is not told.
 */
export function usePick(
  onPicks: (picks: Picks) => void,
  onError: (error: AppErrorValue) => void,
): { inputs: ReactNode; choose: (what: 'files' | 'folder') => Promise<void> } {
  const services = useServices()
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const take = (input: HTMLInputElement) => {
    const chosen = [...(input.files ?? [])]
    // The same file can be chosen again after it was removed.
    input.value = ''
    if (chosen.length > 0) onPicks(pickedFromInput(services, chosen))
  }
  return {
    inputs: (
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
      </>
    ),
    async choose(what) {
      if (!services.info.capabilities.nativeDialogs) return (what === 'folder' ? folder : files).current?.click()
      try {
        const picked = await services.client.call('host', 'pickFiles', { folders: what === 'folder' })
        if (picked.files.length + picked.skipped.length > 0) onPicks(pickedAtOnce(picked))
      } catch (error) {
        onError(errorValue(error))
      }
    },
  }
}
