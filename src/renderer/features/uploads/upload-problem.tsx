import { Button } from '@mantine/core'
import type { Upload } from '../../../../contract/uploads.ts'
import { AppError } from '../../app/app-error.tsx'
import { useServices } from '../../app/services.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useMessages } from '../../ui/text.ts'
import { uploadsMessages } from './messages.ts'
import { canResume, hasChanged } from './progress.ts'
import { uploadsStore } from './store.ts'
import styles from './uploads.module.css'

/** Why an upload failed, in a sentence, with what helps. */
export function UploadProblem({ upload }: { upload: Upload }) {
  const services = useServices()
  const say = useMessages(uploadsMessages)
  const { id, name, site, error } = upload
  const resume = () => void uploadsStore.of(services).getState().resume([id])
  if (error === undefined) return null
  if (!hasChanged(upload))
    return <AppError error={error} site={site} onRetry={canResume(upload) ? resume : undefined} />
  return (
    <ErrorNote
      tone="wait"
      title={say('changed.title', { name })}
      text={say('changed.text')}
      details={
        <div className={styles.help}>
          <Button variant="default" onClick={resume}>
            {say('newVersion')}
          </Button>
        </div>
      }
    />
  )
}
