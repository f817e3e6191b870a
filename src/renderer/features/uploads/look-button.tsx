import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Upload } from '../../../../contract/uploads.ts'
import { useMessages } from '../../ui/text.ts'
import { previewsMessages } from '../previews/messages.ts'
import { UploadPreviews, useLook } from './upload-preview.tsx'
import styles from './look.module.css'

/** The name of a file, which opens a look at it where its list offers one. */
export function LookButton({ id, children }: { id: string; children: ReactNode }) {
  const look = useLook()
  return look === undefined ? (
    children
  ) : (
    <button type="button" className={styles.look} aria-haspopup="dialog" onClick={() => look(id)}>
      {children}
    </button>
  )
}

function OpenLook({ id }: { id: string }) {
  const say = useMessages(previewsMessages)
  const look = useLook()
  return (
    <Button variant="default" aria-haspopup="dialog" onClick={() => look?.(id)}>
      {say('look')}
    </Button>
  )
}

/** Opens a look at one file that stands by itself. */
export function PreviewButton({ upload }: { upload: Upload }) {
  return (
    <UploadPreviews uploads={[upload]}>
      <OpenLook id={upload.id} />
    </UploadPreviews>
  )
}
